import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandOptions, reprice } from './command.ts';
import { type Answer, batch, contractServer, ndjson, price, problem } from './contract-server.ts';
import { workFolder } from './work-folder.ts';

const dir = workFolder();

const { api } = contractServer();

const key = 'hunter22-hunter22';
const csv = 'product_id,price\nA,1.00\n';

function file(name: string, content: string): string {
  const at = path.join(dir, name);
  writeFileSync(at, content);
  return at;
}

function run(args: readonly string[], options: CommandOptions = {}) {
  return reprice(args, { env: { REPRICE_URL: api.url, REPRICE_API_KEY: key, ...options.env }, ...options, cwd: dir });
}

/** Answers of `GET /v1/batches/b1`, one after the other; the last one stays. */
function lookAt(answers: readonly Answer[]): void {
  let index = 0;
  api.on('GET /v1/batches/b1', () => answers[Math.min(index++, answers.length - 1)] ?? {});
}

function accepts(changes: object = {}): void {
  api.on('POST /v1/batches', {
    status: 202,
    body: batch({ status: 'running', waiting: 5, priced: 0, finishedAt: null, ...changes }),
  });
}

describe('what is sent', () => {
  it('has options in the query, content type, key, and the file as it is', async () => {
    accepts({ rejected: 2 });
    const content = `\ufeff${csv}"x, ""y""",2\r\n`;
    const args = ['submit', file('plain.csv', content), '--map', 'sku=product_id,price="Price, net"', '-p', 'high'];
    const { code, stdout, stderr } = await run([
      ...args,
      '--currency',
      'eur',
      '--dry-run',
      '--force',
      '--idempotency-key',
      'k-1',
    ]);
    const [seen] = api.to('POST /v1/batches');
    expect(seen?.body).toBe(content);
    expect(seen?.headers).toMatchObject({
      'content-type': 'text/csv',
      authorization: `Bearer ${key}`,
      'idempotency-key': 'k-1',
    });
    expect(Object.fromEntries(seen?.query ?? [])).toEqual({
      priority: 'high',
      currency: 'EUR',
      mode: 'dry-run',
      force: 'true',
      map: 'sku=product_id,price="Price, net"',
    });
    expect(stdout).toContain('Batch b1 accepted: 5 SKUs, 2 lines rejected.');
    expect(stdout).toContain('npx reprice watch b1');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each([
    ['a.ndjson', '{"sku":"A"}\n', 'application/x-ndjson'],
    ['a.jsonl', '{"sku":"A"}\n', 'application/x-ndjson'],
    ['a.json', '{"items":[]}', 'application/json'],
    ['export-of-today', csv, 'text/csv'],
    ['lines', '{"sku":"A"}\n{"sku":"B"}\n', 'application/x-ndjson'],
    ['list', ' {"items": [{"sku":"A"}]}', 'application/json'],
    ['array', '[{"sku":"A"}]', 'application/json'],
  ])('%s is taken for its format', async (name, content, type) => {
    accepts();
    expect((await run(['submit', file(name, content)])).code).toBe(0);
    expect(api.to('POST /v1/batches')[0]).toMatchObject({ body: content, headers: { 'content-type': type } });
  });

  it('standard input, in the format that is named', async () => {
    accepts();
    const { code, stdout } = await run(['submit', '-', '--format', 'csv', '--json'], { stdin: '{odd},price\n' });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'b1', status: 'running' });
    expect(api.to('POST /v1/batches')[0]).toMatchObject({
      body: '{odd},price\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect(api.to('POST /v1/batches')[0]?.headers['idempotency-key']).toMatch(/^[\w-]{36}$/);
  });

  it('a catalogue that is refused is explained by the API', async () => {
    const detail =
      'There is no column "sku". The nearest is "product_id": to use it, send ?map=sku=product_id. There is no column "price". The nearest is "Variant Price": to use it, send ?map=price=Variant Price.';
    api.on('POST /v1/batches', problem(400, 'csv-header', 'The header line of the CSV does not fit', { detail }));
    const { code, stderr } = await run(['submit', file('odd.csv', csv)]);
    expect(stderr).toBe(
      `reprice: The header line of the CSV does not fit: There is no column "sku". The nearest is "product_id". There is no column "price". The nearest is "Variant Price".\nName the columns on the command line: --map sku=product_id,price="Variant Price"\n`,
    );
    expect(code).toBe(1);
  });
});

describe('--watch', () => {
  const running = (waiting: number, changes: object = {}): Answer => ({
    body: batch({ status: 'running', waiting, priced: 5 - waiting, finishedAt: null, ...changes }),
  });

  it('shows the way in plain lines and a summary at the end', async () => {
    accepts();
    const ignoredFields = [
      { field: 'prise', count: 5, didYouMean: 'price' },
      { field: 'colour', count: 5 },
    ];
    lookAt([running(5), running(2), { body: batch({ total: 6, unchanged: 1, rejected: 3, ignoredFields }) }]);
    const prices = [
      price('SMALL', { strategy: 'premium', changePercent: 1, guardrails: ['rounding'] }),
      price('LARGE', { changePercent: -20, guardrails: ['derived_floor', 'rounding'], source: 'rules' }),
      price('FIRST', { previousPrice: undefined, changePercent: undefined }),
    ];
    api.on('GET /v1/batches/b1/results', ndjson(prices));
    const fault = (code: string, got: string) => ({ field: 'price', code, got, takes: 'a decimal like 1.99' });
    const rejections = [
      { line: 7, sku: 'X', faults: [fault('not-money', '"1,99"')] },
      { line: 8, sku: 'Y', faults: [fault('not-money', '"1e400"'), fault('missing', 'nothing')] },
      { line: 9, sku: 'Z', faults: [fault('not-money', '"-1"')] },
    ];
    api.on('GET /v1/batches/b1/rejections', ndjson(rejections));
    const { code, stdout, stderr } = await run(['submit', file('way.csv', csv), '--watch']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Sending 100 %: 24 B of 24 B(, .*\/s)?\nPricing 0 %: 0 of 5 SKUs, /);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).toMatch(/^Batch b1 done after 2\.0 s \(normal priority\)\n/);
    expect(stdout).toMatch(/│ +6 │ +5 │ +1 │ +0 │ +3 │ \$0\.0012 │ +220 │ +1 │ +3\.0 │/);
    expect(stdout.indexOf('SMALL')).toBeLessThan(stdout.indexOf('LARGE'));
    expect(stdout).toMatch(/LARGE │ +12\.00 │ 12\.90 EUR │ -20\.0 % │ balanced │ derived_floor, rounding │ scarce/);
    expect(stdout).toContain('Prices that guardrails moved: rounding 2, derived_floor 1.');
    expect(stdout).toContain('1 price came from the rules engine');
    expect(stdout).toMatch(/not-money +│ +3 │ line 7: price got "1,99"; takes a decimal like 1\.99/);
    expect(stdout).toMatch(/missing +│ +1 │ line 8: price got nothing/);
    expect(stdout).not.toContain('line 9');
    expect(stdout).toContain('Ignored columns: prise (did you mean price?), colour.');
    expect(stdout).toContain('  npx reprice export b1 --out prices.csv\n  npx reprice rejections b1\n');
    expect(stdout).not.toContain('\u001b');
  });

  it('ends with 1 when a SKU failed, and groups the failures', async () => {
    accepts();
    lookAt([{ body: batch({ priced: 3, failed: 2 }) }]);
    api.on('GET /v1/batches/b1/results', ndjson([price('A')]));
    const failures = ['A', 'B'].map((sku) => ({
      sku,
      reason: 'invalid_answer',
      detail: 'no row after 3 tries',
      jobId: 'j',
      failedAt: 'x',
    }));
    api.on('GET /v1/batches/b1/failures', ndjson(failures));
    const { code, stdout } = await run(['submit', file('failed.csv', csv), '--wait']);
    expect(code).toBe(1);
    expect(stdout).not.toContain('strategy');
    expect(stdout).toMatch(/invalid_answer +│ +2 │ A +│ no row after 3 tries/);
    expect(stdout).toContain('npx reprice failures b1');
    expect(stdout).toContain('npx reprice replay --batch b1');
  });

  it('prints the finished batch as JSON', async () => {
    accepts();
    lookAt([running(1), { body: batch({ extra: 'kept' }) }]);
    const { code, stdout } = await run(['submit', file('json.csv', csv), '--watch', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'b1', status: 'done', extra: 'kept' });
  });

  it('goes on when the API is away for a while', async () => {
    accepts();
    const away = problem(503, 'dependency-unavailable', 'A service that is needed does not answer');
    lookAt([running(5), away, away, { body: batch({ priced: 0, unchanged: 5 }) }]);
    const { code, stderr } = await run(['submit', file('away.csv', csv), '--watch']);
    expect(stderr).toMatch(/The API does not answer; the batch goes on without us[\s\S]*The API answers again\./);
    expect(code).toBe(0);
  });

  it('says that the budget is used up, with the time of the reset, and goes on waiting', async () => {
    accepts();
    api.on('GET /v1/budget', {
      body: {
        date: '2026-11-21',
        limitUsd: '0.05',
        spentUsd: '0.0424',
        reservedUsd: '0.00',
        remainingUsd: '0.0076',
        resetsAt: '2026-11-22T00:00:00.000Z',
      },
    });
    lookAt([running(3, { calls: 10, costUsd: '0.0424' })]);
    const { code, stderr } = await run(['watch', 'b1'], {
      onStderr: (text, child) => text.includes('reset') && child.kill('SIGINT'),
    });
    expect(stderr).toContain("The day's budget is used up ($0.0424 of $0.0500 spent; normal work may use 85 % of it)");
    expect(stderr).toContain('waits for the reset at 2026-11-22T00:00:00.000Z (in ');
    expect(code).toBe(130);
  });

  it('Ctrl-C leaves the batch running and says how to come back', async () => {
    accepts();
    lookAt([running(5)]);
    const { code, stdout, stderr } = await run(['submit', file('int.csv', csv), '--watch'], {
      onStderr: (text, child) => text.includes('Pricing') && child.kill('SIGINT'),
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /reprice: Stopped watching; batch b1 is kept and goes on while a worker runs\.\nWatch it again: npx reprice watch b1\n$/,
    );
    expect(stdout).toBe('');
    expect(api.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('an unknown batch fails at once', async () => {
    const { code, stderr } = await run(['watch', 'b404']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no such thing');
  });
});

describe('without --watch', () => {
  it('says what the batch waits for', async () => {
    accepts();
    api.on('GET /v1/freeze', {
      body: { frozen: true, by: 'ops', reason: 'odd prices', since: '2026-11-21T10:00:00.000Z' },
    });
    const { code, stdout, stderr } = await run(['submit', file('frozen.csv', csv)]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'Calls and publishing are frozen (by ops: odd prices): the rest waits, nothing is lost, until `npx reprice unfreeze`.\n',
    );
    expect(stdout).toContain('\nNext:\n  npx reprice watch b1\n');
    api.on('GET /v1/freeze', { body: { frozen: false } });
    const closed = { reason: 'ledger_lost', since: 'x', whatToDo: 'y' };
    const budget = {
      date: 'd',
      limitUsd: '1.00',
      spentUsd: '0',
      reservedUsd: '0',
      remainingUsd: '1',
      resetsAt: 'z',
      closed,
    };
    api.on('GET /v1/budget', { body: budget });
    expect((await run(['submit', file('closed.csv', csv)])).stderr).toContain('The day is closed (ledger_lost)');
  });

  it('says so when the same was accepted before', async () => {
    api.on('POST /v1/batches', {
      status: 202,
      body: batch({ rejected: 1 }),
      headers: { 'idempotency-replayed': 'true' },
    });
    const { code, stdout } = await run(['submit', file('again.csv', csv), '--idempotency-key', 'today-1']);
    expect(code).toBe(0);
    expect(stdout).toContain('Batch b1 was accepted before (done), nothing was taken twice: 5 SKUs, 1 line rejected.');
    expect(stdout).toContain('\nNext:\n  npx reprice export b1\n  npx reprice rejections b1\n');
  });
});
