import { describe, expect, it } from 'vitest';
import { contractServer, problem } from './contract-server.ts';
import { atTerminal, inPipe } from './terminal.ts';

const { api, env } = contractServer();

const shop = {
  name: 'shop',
  kind: 'webhook',
  url: 'https://shop.example.com/hooks',
  state: 'stopped',
  reason: '3.1 % of 200 attempts of the last 5 minutes failed; 1 % may',
  delivered: 12_000,
  dead: 3,
  waiting: 40,
  oldestWaitingSeconds: 75,
  errorPercent: 3.1,
  latencyMs: { p50: 20, p99: 180 },
  lastDeliveredAt: '2026-11-21T12:00:01.000Z',
  lastError: { reason: 'http-500', detail: 'HTTP 500: no\u001b[31m', at: '2026-11-21T12:00:00.000Z' },
};
const legacy = {
  ...shop,
  name: 'legacy',
  kind: 'http',
  state: 'gap',
  reason: undefined,
  gap: { messages: 7 },
  errorPercent: 0,
  latencyMs: null,
};

describe('sinks', () => {
  it('are shown, with what to do', async () => {
    api.on('GET /v1/sinks', {
      body: { items: [legacy, shop, { ...shop, name: 'old', state: 'removed' }], nextCursor: null },
    });
    const { stdout, stderr } = await atTerminal(['sinks'], env);
    expect(stdout).toMatch(/│ shop +│ webhook │ stopped │ +12,000 │ +40 │ +75 s │ +3 │ +3\.1 % │ 180 ms │ https:/);
    expect(stderr).toContain('shop stopped: see to its far end, then npx reprice sinks resume shop');
    expect(stderr).toMatch(/shop last failed 2026-11-21T12:00:00\.000Z: http-500, HTTP 500: no\S*\n/);
    expect(stderr).not.toContain('legacy last failed');
    expect(stderr).toContain(
      'old is in no config file any more, and what is published waits for it: npx reprice sinks delete old',
    );
    expect(stderr).toContain('legacy missed 7 messages: npx reprice sinks resync legacy');
    expect((await inPipe(['sinks', '--json'], env)).stdout.split('\n')).toHaveLength(4);
    api.on('GET /v1/sinks', { body: { items: [], nextCursor: null } });
    expect((await inPipe(['sinks'], env)).stderr).toContain('There is no sink.');
  });

  it('are saved; the secret is shown once, on standard output', async () => {
    api.on('PUT /v1/sinks/shop', { status: 201, body: { ...shop, secret: 'whsec_abc' } });
    const { stdout } = await inPipe(
      ['sinks', 'set', 'shop', 'https://shop.example.com/hooks', '--p99', 'never', '--all'],
      env,
    );
    expect(stdout).toContain('Its secret: whsec_abc\n');
    await inPipe(
      ['sinks', 'set', 'shop', 'https://x.example/', '--kind', 'http', '--header', 'X-Key=a=b', '--attempts', '3'],
      env,
    );
    expect(api.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { kind: 'webhook', url: 'https://shop.example.com/hooks', triggers: { p99Ms: false }, startWith: 'all' },
      { kind: 'http', url: 'https://x.example/', headers: { 'X-Key': 'a=b' }, attempts: 3 },
    ]);
    api.on('POST /v1/sinks/shop/secret', { body: { secret: 'whsec_def' } });
    expect((await inPipe(['sinks', 'secret', 'shop'], env)).stdout).toBe('whsec_def\n');
  });

  it('are paused, resumed, brought level, replayed and deleted', async () => {
    for (const action of ['pause', 'resume', 'resync']) api.on(`POST /v1/sinks/shop/${action}`, { body: shop });
    api
      .on('POST /v1/sinks/shop/replay', { status: 202, body: { replaying: 3 } })
      .on('DELETE /v1/sinks/shop', { status: 204 });
    expect((await inPipe(['sinks', 'pause', 'shop', '--reason', 'moving'], env)).stdout).toContain('shop is paused.');
    expect((await inPipe(['sinks', 'resume', 'shop'], env)).stdout).toBe('shop goes on; 40 messages waited.\n');
    expect((await inPipe(['sinks', 'resync', 'shop'], env)).stdout).toContain('shop gets every live price');
    expect((await inPipe(['sinks', 'replay', 'shop'], env)).stdout).toBe('3 dead letters of shop tried once more.\n');
    expect(await inPipe(['sinks', 'delete', 'shop'], env)).toMatchObject({ code: 2 });
    expect(await inPipe(['sinks', 'delete', 'shop', '--yes'], env)).toMatchObject({
      code: 0,
      stdout: 'shop is deleted.\n',
    });
    expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/sinks/shop/pause',
      'POST /v1/sinks/shop/resume',
      'POST /v1/sinks/shop/resync',
      'POST /v1/sinks/shop/replay',
      'DELETE /v1/sinks/shop',
    ]);
  });

  it('have dead letters and a parity', async () => {
    const letter = {
      id: 'chg_1',
      diedAt: '2026-11-21T10:00:00.000Z',
      attempts: 12,
      reason: 'http-500',
      detail: 'HTTP 500',
      prices: [{ sku: 'A', price: '1.00', currency: 'EUR' }],
    };
    api.on('GET /v1/sinks/shop/dead', { body: { items: [letter], nextCursor: null } });
    expect((await inPipe(['sinks', 'dead', 'shop'], env)).stdout).toBe(
      'chg_1\t2026-11-21T10:00:00.000Z\t12\t1\thttp-500\tHTTP 500\n',
    );
    const sinks = { shop: { outcome: 'acknowledged', price: '9.90', currency: 'EUR' }, legacy: { outcome: 'dead' } };
    const parity = {
      sinks: ['legacy', 'shop'],
      compared: 400,
      same: 399,
      samePercent: 99.75,
      dead: 1,
      waiting: 2,
      items: [{ sku: 'A', kind: 'dead', at: '', sinks }],
    };
    api.on('GET /v1/sinks/parity', { body: parity });
    expect((await inPipe(['sinks', 'parity'], env)).stdout).toBe(
      'legacy, shop: 399 of 400 prices taken alike (99.75 %).\nSKUs now: 1 dead, 2 waiting.\nA\tdead\tdead\t9.90 EUR\n',
    );
    api.on('GET /v1/sinks/parity', { body: { ...parity, dead: 0, waiting: 0, items: [] } });
    expect((await inPipe(['sinks', 'parity'], env)).stdout).toBe(
      'legacy, shop: 399 of 400 prices taken alike (99.75 %).\nNo SKU differs now: those that did were taken alike later.\n',
    );
    api.on('GET /v1/sinks/parity', {
      body: { ...parity, compared: 0, same: 0, samePercent: null, dead: 0, items: [] },
    });
    expect((await inPipe(['sinks', 'parity'], env)).stdout).toBe(
      'legacy, shop: no price was taken by all of them yet.\nSKUs now: 2 waiting.\n',
    );
    api.on('DELETE /v1/sinks/parity', { status: 204 });
    expect((await inPipe(['sinks', 'parity', '--reset'], env)).stderr).toContain('begins anew');
    api.on('GET /v1/sinks/parity', { body: { sinks: ['shop'], items: [] } });
    expect((await inPipe(['sinks', 'parity'], env)).stderr).toContain('there is nothing to compare');
  });

  it('whose URL is forbidden are refused in the words of the API', async () => {
    api.on(
      'PUT /v1/sinks/shop',
      problem(400, 'webhook-url-forbidden', 'No sink may have this URL', {
        detail: '"url" must be one at a public address of the Internet.',
      }),
    );
    const { code, stderr } = await inPipe(['sinks', 'set', 'shop', 'https://127.0.0.1/'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('public address of the Internet');
  });

  it.each([
    [['sinks', 'set', 'shop', 'https://x.example/', '--header', 'a=b'], 'A webhook takes no headers'],
    [['sinks', 'set', 'shop', 'https://x.example/', '--p99', 'x'], 'It takes a number, or never'],
    [['sinks', 'set', 'shop', 'https://x.example/', '--kind', 'ndjson'], 'webhook, http'],
    [['sinks', 'resume'], "missing required argument 'name'"],
    [['sinks', 'resumee', 'shop'], 'resumee'],
  ])('%j is wrong usage', async (words, said) => {
    const { code, stderr } = await inPipe(words, env);
    expect([code, stderr.includes(said) ? said : stderr]).toEqual([2, said]);
  });
});
