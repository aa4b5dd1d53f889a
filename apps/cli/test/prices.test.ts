import { describe, expect, it } from 'vitest';
import { contractServer, price, problem } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api, env } = contractServer();

const jsonLines = (items: readonly unknown[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');

const story = {
  sku: 'A-1',
  price: price('A-1', { guardrails: ['ceiling', 'rounding'] }),
  suggestion: { price: '15.60', confidence: 0.8, reason: 'scarce' },
  inputs: { sku: 'A-1', price: '12.00', cost: '5.10', stock: 3, competitors: ['12.50', '13.10'], floor: null },
  bounds: { floor: '9.60', floorFrom: 'derived', ceiling: '13.00', ceilingFrom: 'given' },
  steps: [
    { guardrail: 'ceiling', from: '15.60', to: '13.00' },
    { guardrail: 'rounding', from: '13.00', to: '12.90' },
  ],
  policy: { strategy: 'balanced', version: 'f003f833', promptVersion: 5 },
  model: 'deepseek-v3.2',
  route: 'stable',
  call: { jobId: 'b1.0', batchId: 'b1', costUsd: '0.6' },
  reproduces: true,
  known: 'all',
};

describe('why', () => {
  it('tells the story from what was known to the price', async () => {
    api.on('GET /v1/prices/A-1/why', { body: story });
    const { code, stdout } = await inPipe(['why', 'A-1'], env);
    expect(code).toBe(0);
    expect(stdout).toBe(`A-1  12.90 EUR (before 12.00, +7.5 %, revision 3)

What was known
  price        12.00
  cost         5.10
  stock        3
  competitors  12.50 | 13.10

Bounds
  floor      9.60 (derived)
  ceiling    13.00 (given)

How it went
  suggested  15.60 EUR, confidence 0.8, reason scarce
  by         deepseek-v3.2, stable
  ceiling    15.60 → 13.00
  rounding   13.00 → 12.90
  published  12.90 EUR

Decided by
  policy       balanced, version f003f833, prompt 5
  call         batch b1, job b1.0
  cost         $0.60
  snapshot of  2026-11-21T09:59:00.000Z
  priced at    2026-11-21T10:00:01.000Z
  reproduces   yes: the same record through the guardrails gives the same price again
`);
  });

  it('of an earlier revision, as JSON', async () => {
    api.on('GET /v1/prices/A-1/why', { body: story });
    const { stdout } = await inPipe(['why', 'A-1', '--revision', '2', '--json'], env);
    expect(JSON.parse(stdout)).toEqual({ ...story, price: { ...story.price } });
    expect(api.seen[0]?.query.get('revision')).toBe('2');
  });

  it('says what it does not know of an old price, and of one by the rules or a person', async () => {
    const old = {
      sku: 'A-1',
      price: price('A-1', { source: 'rules' }),
      known: 'part',
      detail: 'The decision is no longer kept.',
    };
    api.on('GET /v1/prices/A-1/why', { body: old });
    const { stdout } = await inPipe(['why', 'A-1'], env);
    expect(stdout).toContain('  by         the rules engine\n');
    expect(stdout).toMatch(/\nThe decision is no longer kept\.\n$/);
    expect(stdout).not.toContain('none moved it');
    const manual = { ...old, price: price('A-1', { source: 'manual', by: 'ops', note: 'season' }) };
    api.on('GET /v1/prices/A-1/why', { body: manual });
    expect((await inPipe(['why', 'A-1'], env)).stdout).toContain('  by         a person (ops): season\n');
  });

  it('takes a SKU that begins with a dash, and says when there is no price', async () => {
    api.on('GET /v1/prices/-ODD/why', { body: { ...story, sku: '-ODD' } });
    expect(await inPipe(['why', '--json', '--', '-ODD'], env)).toMatchObject({ code: 0 });
    const none = await inPipe(['why', 'NONE'], env);
    expect([none.code, none.stderr]).toEqual([1, 'reprice: There is no such thing\n']);
  });
});

describe('history', () => {
  const items = [
    {
      revision: 3,
      price: '12.90',
      currency: 'EUR',
      changePercent: 7.5,
      source: 'model',
      reason: 'scarce',
      guardrails: ['rounding'],
      pricedAt: 't3',
    },
    { revision: 2, price: '12.00', currency: 'EUR', source: 'manual', pricedAt: 't2' },
  ];

  it('is a table at a terminal, lines with tabs in a pipe, an object a line as JSON', async () => {
    api.on('GET /v1/prices/A-1/history', { body: { items, nextCursor: null } });
    const shown = await atTerminal(['history', 'A-1', '--limit', '2'], env);
    expect(shown.stdout).toMatch(/│ +3 │ t3 +│ 12\.90 │ EUR +│ \+7\.5 % │ model +│ rounding +│ scarce/);
    expect(shown.stderr).toBe(
      'lowest 12.00, highest 12.90 of these 2\nOne of them in full: npx reprice why A-1 --revision 3\n',
    );
    expect(api.seen[0]?.query.get('limit')).toBe('2');
    const piped = await inPipe(['history', 'A-1'], env);
    expect(piped).toEqual({
      code: 0,
      stdout: '3\tt3\t12.90\tEUR\t+7.5 %\tmodel\trounding\tscarce\n2\tt2\t12.00\tEUR\t\tmanual\t\t\n',
      stderr: '',
    });
    const json = (await inPipe(['history', 'A-1', '--json'], env)).stdout.trim().split('\n');
    expect(json.map((line) => JSON.parse(line).revision)).toEqual([3, 2]);
  });

  it('of none is said', async () => {
    api.on('GET /v1/prices/A-1/history', { body: { items: [], nextCursor: null } });
    expect(await inPipe(['history', 'A-1'], env)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'It has had no price yet.\n',
    });
  });
});

describe('held', () => {
  const held = (sku: string) => ({
    sku,
    price: '20.00',
    currency: 'EUR',
    previousPrice: '10.00',
    changePercent: 100,
    reason: 'scarce',
    guardrails: [],
    heldAt: 't',
  });

  it('lists page after page', async () => {
    api.on('GET /v1/held', ({ query }) => {
      const from = Number(query.get('cursor') ?? 0);
      const items = Array.from({ length: Number(query.get('limit')) }, (_, i) => held(`S-${from + i}`));
      return { body: { items, nextCursor: String(from + items.length) } };
    });
    const { stdout, stderr } = await inPipe(['held', '--limit', '250'], env);
    expect(stdout.split('\n')[249]).toBe('S-249\t10.00\t20.00\tEUR\t+100.0 %\tt\t\tscarce');
    expect(stderr).toBe('These are the first 250; --limit shows more.\n');
    expect(api.seen.map(({ query }) => query.get('limit'))).toEqual(['200', '50']);
    const json = await inPipe(['held', '--limit', '2', '--json'], env);
    expect(json.stdout).toBe(jsonLines([held('S-0'), held('S-1')]));
  });

  it('of none is said', async () => {
    api.on('GET /v1/held', { body: { items: [], nextCursor: null } });
    expect((await inPipe(['held'], env)).stderr).toBe('No price waits for a person.\n');
  });
});

describe('approve, reject, rollback', () => {
  it('tell what became of each SKU', async () => {
    api.on('POST /v1/prices/A%2F1/approve', { body: price('A/1') });
    api.on(
      'POST /v1/prices/B/approve',
      problem(404, 'not-found', 'There is no such thing', { detail: 'Nothing is held for B.' }),
    );
    api.on(
      'POST /v1/prices/C/approve',
      problem(409, 'conflict', 'Not now', { detail: 'max_change_24h allows 12.00 at most.' }),
    );
    const { code, stdout, stderr } = await inPipe(['approve', 'A/1', 'B', 'C', '--note', 'season'], env);
    expect(stdout).toBe('A/1 is 12.90 EUR now (+7.5 %).\n');
    expect(stderr).toBe('B: Nothing is held for B.\nC: max_change_24h allows 12.00 at most.\n');
    expect(code).toBe(1);
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual(Array(3).fill({ note: 'season' }));
  });

  it('end at once where the key does not allow it', async () => {
    api.on('POST /v1/prices/A/reject', problem(403, 'forbidden', 'The key does not allow this'));
    const { code, stderr } = await inPipe(['reject', 'A', 'B'], env);
    expect([code, api.seen.length]).toEqual([1, 1]);
    expect(stderr).toMatch(/does not allow this\nUse a key with a wider scope/);
  });

  it('drop a held price, and bring an earlier one back', async () => {
    api.on('POST /v1/prices/A/reject', { body: { sku: 'A', rejected: true } });
    api.on('POST /v1/prices/A/rollback', { body: price('A', { source: 'manual', changePercent: undefined }) });
    expect((await inPipe(['reject', 'A'], env)).stdout).toBe('A: the held price is dropped, the live one stays.\n');
    expect((await inPipe(['reject', 'A', '--json'], env)).stdout).toBe('{"sku":"A","rejected":true}\n');
    expect((await inPipe(['rollback', 'A'], env)).stdout).toBe('A is 12.90 EUR now.\n');
    await inPipe(['rollback', 'A', '--revision', '3', '--note', 'odd'], env);
    await inPipe(['reject', 'A', '--price', '12.90'], env);
    expect(api.seen.map(({ body }) => body)).toEqual([
      '{}',
      '{}',
      '{}',
      '{"revision":3,"note":"odd"}',
      '{"price":"12.90"}',
    ]);
    expect((await inPipe(['approve', 'A', 'B', '--price', '1'], env)).code).toBe(2);
  });
});
