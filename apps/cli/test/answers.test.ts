import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reprice } from './command.ts';
import { type Answer, batch, ContractServer, contractServer, ndjson, price, problem } from './contract-server.ts';
import { inPipe } from './terminal.ts';
import { workFolder } from './work-folder.ts';

const dir = workFolder();

const { api } = contractServer();

const key = 'hunter22-hunter22';

function run(args: readonly string[], apiKey: string = key) {
  return inPipe(args, { REPRICE_URL: api.url, ...(apiKey === '' ? {} : { REPRICE_API_KEY: apiKey }) });
}

describe('an API that refuses, or is none, is explained in words', () => {
  it.each<[string, Answer, RegExp]>([
    ['401', problem(401, 'unauthenticated', 'A key is needed'), /A key is needed\nCheck REPRICE_API_KEY/],
    [
      '403',
      problem(403, 'forbidden', 'The key does not allow this', { detail: 'It needs scope admin.' }),
      /does not allow this: It needs scope admin\.\nUse a key with a wider scope/,
    ],
    [
      '503',
      problem(503, 'queue-full', 'The queue is full', {}, { 'retry-after': '30' }),
      /The queue is full\nTry again in 30 s\./,
    ],
    [
      'a detail that repeats the title',
      problem(400, 'empty', 'The body holds no items', { detail: 'The body holds no items.' }),
      /^reprice: The body holds no items\.\n$/,
    ],
    ['500', problem(500, 'internal', 'Something went wrong here'), /look at the log of the API/],
    [
      'validation',
      problem(400, 'validation', 'Some values are not valid', {
        detail: 'See errors.',
        errors: [{ pointer: '/limitUsd', detail: 'must be dollars' }],
      }),
      /Some values are not valid: See errors\.\n {2}\/limitUsd: must be dollars/,
    ],
    [
      'HTML of a proxy',
      { status: 502, body: '<html>Bad Gateway</html>', headers: { 'content-type': 'text/html' } },
      /status 502 Bad Gateway/,
    ],
    ['another 404', { status: 404, body: 'not here' }, /status 404 Not Found\nCheck REPRICE_URL/],
    ['HTML of something else', { body: '<html></html>' }, /is not understood[\s\S]*Check REPRICE_URL/],
    ['JSON of something else', { body: { hello: 'world' } }, /is not understood \(date: /],
    [
      'redirect',
      { status: 302, headers: { location: 'https://elsewhere.test/' } },
      /redirects to https:\/\/elsewhere\.test\//,
    ],
  ])('%s', async (_case, answer, expected) => {
    api.on('GET /v1/budget', answer);
    const result = await run(['budget']);
    expect(result.stderr).toMatch(expected);
    expect(result.code).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/hunter22|<html>|\n +at /);
  });

  it('no key at all: says where to get one', async () => {
    api.on('GET /v1/budget', problem(401, 'unauthenticated', 'A key is needed'));
    const { code, stderr } = await run(['budget'], '');
    expect(code).toBe(1);
    expect(stderr).toContain('Set REPRICE_API_KEY');
    expect(api.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('nothing listens', async () => {
    const gone = await ContractServer.start();
    await gone.stop();
    const result = await reprice(['budget'], { env: { REPRICE_URL: gone.url, REPRICE_API_KEY: key } });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      `No answer from the API at ${gone.url} (from REPRICE_URL): connection refused.\nIs it running?`,
    );
    expect(result.stderr).not.toContain('hunter22');
  });

  it('something that hangs up', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const result = await reprice(['budget'], { env: { REPRICE_URL: `http://127.0.0.1:${port}` } });
    server.close();
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/the connection was (closed|reset)/);
  });
});

describe('where the API is', () => {
  const started = (): string => {
    const checkout = mkdtempSync(path.join(dir, 'checkout-'));
    mkdirSync(path.join(checkout, '.data'));
    mkdirSync(path.join(checkout, 'deep', 'er'), { recursive: true });
    writeFileSync(path.join(checkout, '.data', 'reprice.json'), JSON.stringify({ url: api.url, apiKey: 'from-start' }));
    return path.join(checkout, 'deep', 'er');
  };

  it('is what `npm start` left in the checkout, when nothing else is given', async () => {
    api.on('GET /v1/batches', { body: { items: [batch()], nextCursor: null } });
    const { code, stdout } = await reprice(['batches'], { cwd: started() });
    expect(code).toBe(0);
    expect(stdout).toContain('b1');
    expect(api.seen[0]?.headers.authorization).toBe('Bearer from-start');
  });

  it('what is given counts, the other half is taken from there', async () => {
    api.on('GET /v1/batches', { body: { items: [], nextCursor: null } });
    await reprice(['batches', '--url', `${api.url}/`], { cwd: started(), env: { REPRICE_API_KEY: 'from-env' } });
    await reprice(['batches'], { cwd: started(), env: { REPRICE_API_KEY: 'from-env' } });
    await reprice(['batches', '--url', api.url], { cwd: started() });
    expect(api.seen.map((seen) => seen.headers.authorization)).toEqual([
      'Bearer from-env',
      'Bearer from-env',
      'Bearer from-start',
    ]);
  });

  it('another server never gets the key of this checkout', async () => {
    const other = await ContractServer.start();
    other.on('GET /v1/batches', { body: { items: [], nextCursor: null } });
    await reprice(['batches', '--url', other.url], { cwd: started() });
    await other.stop();
    expect(other.seen.map((seen) => seen.headers.authorization)).toEqual([undefined]);
  });

  it('is told when nothing answers there', async () => {
    const cwd = started();
    const { url } = api;
    await api.stop();
    const byStart = await reprice(['budget'], { cwd });
    expect(byStart.stderr).toContain(`at ${url} (from the \`npm start\` of this checkout): connection refused.`);
    const byFlag = await reprice(['budget', '--url', url], { cwd });
    expect(byFlag.stderr).toContain(`at ${url} (from --url): connection refused.`);
    await api.start();
  });
});

describe('price', () => {
  it('shows one price with its reason', async () => {
    api.on('GET /v1/prices/A-1', { body: price('A-1', { guardrails: ['ceiling'] }) });
    const { code, stdout } = await run(['price', 'A-1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/A-1\n {2}price +12\.90 EUR \(\+7\.5 % from 12\.00\)[\s\S]*ceiling/);
  });

  it('shows what is known of several, names the others, and fails', async () => {
    api.on('GET /v1/prices/A-1', { body: price('A-1') }).on('GET /v1/prices/a%2Fb%20%C3%A9', { body: price('a/b é') });
    const { code, stdout, stderr } = await run(['price', 'A-1', 'a/b é', 'NONE']);
    expect(stdout).toContain('A-1');
    expect(stdout).toContain('a/b é');
    expect(stderr).toBe('No price is known for NONE.\n');
    expect(code).toBe(1);
  });

  it('takes a SKU that begins with a dash after --', async () => {
    api.on('GET /v1/prices/-ODD', { body: price('-ODD') });
    expect(await run(['price', '--json', '--', '-ODD'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"sku":"-ODD"'),
    });
  });

  it('never lets text from outside move the cursor', async () => {
    api.on('GET /v1/prices/A-1', { body: price('A-1', { reason: 'x\u001b[2J\u202e\nforged' }) });
    const { stdout } = await run(['price', 'A-1']);
    expect(stdout).toContain('x\ufffd[2J\ufffd\ufffdforged');
  });
});

describe('lists of a batch', () => {
  const rejections = [
    {
      line: 17,
      sku: 'A',
      faults: [{ field: 'price', code: 'not-money', got: '"1,99"', takes: 'a decimal like 1.99' }],
    },
    { line: 1018, faults: [{ field: 'sku', code: 'missing', got: 'nothing', takes: 'a text' }] },
    { line: 1019, faults: [{ field: '', code: 'not-json', got: '{', takes: 'an object' }] },
  ];

  it('rejections are told one a line, or as NDJSON', async () => {
    api.on('GET /v1/batches/b1/rejections', ndjson(rejections));
    const text = await run(['rejections', 'b1']);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toBe(
      'line 17  A  price: not-money, got "1,99"; takes a decimal like 1.99\nline 1,018  sku: missing, got nothing; takes a text\nline 1,019  not-json, got {; takes an object\n',
    );
    const asJson = await run(['rejections', 'b1', '--json']);
    expect(
      asJson.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rejections);
  });

  it('failures likewise; none is said so', async () => {
    api.on('GET /v1/batches/b1/failures', ndjson([]));
    expect(await run(['failures', 'b1'])).toEqual({ code: 0, stdout: '', stderr: 'No SKU failed.\n' });
  });

  it('an unknown batch fails', async () => {
    const { code, stderr } = await run(['failures', 'b9']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no such thing');
  });

  it('`| head` ends it quietly', async () => {
    const many = Array.from({ length: 20_000 }, (_, line) => ({ ...rejections[0], line }));
    api.on('GET /v1/batches/b1/rejections', ndjson(many));
    const main = path.resolve(import.meta.dirname, '../src/main.ts');
    const script = `"${process.execPath}" "${main}" rejections b1 | head -n 1`;
    const env = { PATH: process.env.PATH, REPRICE_URL: api.url, REPRICE_API_KEY: key };
    const written = await new Promise<[string, string]>((resolve, reject) => {
      execFile('/bin/sh', ['-c', script], { env }, (error, stdout, stderr) =>
        error ? reject(error) : resolve([stdout, stderr]),
      );
    });
    expect(written).toEqual(['line 0  A  price: not-money, got "1,99"; takes a decimal like 1.99\n', '']);
  });
});

describe('export', () => {
  it('writes a file, its format by its name', async () => {
    api.on('GET /v1/batches/b1/results', { body: '{"sku":"A"}\n' });
    const target = path.join(dir, 'prices.ndjson');
    const { code, stdout, stderr } = await run(['export', 'b1', '--out', target]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `12 B written to ${target}.\n` });
    expect(readFileSync(target, 'utf8')).toBe('{"sku":"A"}\n');
    expect(api.seen[0]?.query.get('format')).toBe('ndjson');
  });

  it('writes to standard output as CSV', async () => {
    api.on('GET /v1/batches/b1/results', { body: 'sku,price\r\nA,1\r\n' });
    expect(await run(['export', 'b1'])).toEqual({ code: 0, stdout: 'sku,price\r\nA,1\r\n', stderr: '' });
    expect(api.seen[0]?.query.toString()).toBe('format=csv');
    await run(['export', 'b1', '--raw']);
    expect(api.seen[1]?.query.toString()).toBe('format=csv&formulas=raw');
    await run(['export', 'b1', '--json']);
    expect(api.seen[2]?.query.toString()).toBe('format=ndjson');
  });

  it('leaves no file behind when it breaks off', async () => {
    api.on('GET /v1/batches/b1/results', (_seen, res) => {
      res.writeHead(200, { 'content-type': 'text/csv' });
      res.write('sku,price\r\n', () => setImmediate(() => res.destroy()));
      return undefined;
    });
    const folder = mkdtempSync(path.join(dir, 'out-'));
    const { code, stderr } = await run(['export', 'b1', '--out', path.join(folder, 'cut.csv')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the connection was (closed|reset)/);
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(path.join(folder, 'cut.csv'))).toBe(false);
  });
});
