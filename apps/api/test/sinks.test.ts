import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

type Json = Record<string, unknown>;

let addresses: readonly string[] = ['93.184.215.14'];
const resolveHost = vi.fn(async (_name: string) => addresses);
let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ resolveHost, sinks: ['named'] });
});
beforeEach(() => {
  addresses = ['93.184.215.14'];
  resolveHost.mockClear();
});

async function send(method: string, path: string, body?: unknown, secret: string = secrets.admin) {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const response = await api.call(`/v1/sinks${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json, text };
}

const url = 'https://hooks.example.com/prices?key=hunter2-query';
const webhook = { kind: 'webhook', url };
const listed = async () => (await send('GET', '', undefined, secrets.read)).body.items as Json[];
const stored = async (name: string) => JSON.parse((await api.store.sinks.saved())[name] ?? '{}') as Json;

describe('a saved sink', () => {
  it('of kind webhook has a secret that is told once, kept when it changes, and rotated', async () => {
    const made = await send('PUT', '/shop', webhook);
    expect(made).toMatchObject({ status: 201, body: { name: 'shop', origin: 'saved', state: 'idle', delivered: 0 } });
    const { secret } = made.body;
    expect(() => new Webhook(String(secret))).not.toThrow();
    expect(made.body.url).toBe('https://hooks.example.com/prices');
    const changed = await send('PUT', '/shop', { ...webhook, attempts: 3 });
    expect(changed).toMatchObject({ status: 200 });
    expect(changed.body).not.toHaveProperty('secret');
    expect(await stored('shop')).toMatchObject({
      attempts: 3,
      timeoutMs: 10_000,
      secrets: [secret],
      allowPrivate: false,
    });
    const next = (await send('POST', '/shop/secret')).body.secret;
    expect(await stored('shop')).toMatchObject({ attempts: 3, secrets: [next, secret] });
    const last = (await send('POST', '/shop/secret')).body.secret;
    expect(await stored('shop')).toMatchObject({ secrets: [last, next] });
    const shown = await send('GET', '', undefined, secrets.read);
    for (const hidden of [secret, next, last, 'hunter2']) expect(shown.text).not.toContain(String(hidden));
    expect(JSON.stringify(api.logged)).not.toContain('whsec_');
    expect((await send('DELETE', '/shop')).status).toBe(204);
    expect((await send('DELETE', '/shop')).status).toBe(404);
    expect(await listed()).toEqual([]);
  });

  it('of kind http keeps its headers to itself', async () => {
    const made = await send('PUT', '/legacy', {
      kind: 'http',
      url,
      headers: { 'X-Key': 'hunter2-header' },
      method: 'PUT',
    });
    expect(made).toMatchObject({ status: 201, body: { kind: 'http' } });
    expect(made.text).not.toContain('hunter2');
    expect(await stored('legacy')).toMatchObject({ method: 'PUT', headers: { 'X-Key': 'hunter2-header' } });
    expect((await send('POST', '/legacy/secret')).body).toMatchObject({ type: '/problems/conflict' });
    await send('DELETE', '/legacy');
  });

  it.each<[string, Json, RegExp]>([
    ['no kind', { url }, /"kind" must be webhook or http/],
    ['a file', { kind: 'ndjson', file: '/etc/passwd' }, /"file"/],
    ['an exception', { ...webhook, allowPrivate: true }, /"allowPrivate"/],
    ['a secret of one’s own', { ...webhook, secret: 'whsec_x' }, /"secret"/],
    ['headers of a webhook', { ...webhook, headers: { a: 'b' } }, /"headers" must be left out of a webhook/],
    ['a Host header', { kind: 'http', url, headers: { Host: 'localhost' } }, /"headers" must be an object of up to 20/],
    ['too many attempts', { ...webhook, attempts: 51 }, /"attempts" must be a whole number from 1 to 50/],
    ['odd triggers', { ...webhook, triggers: { p99: 5 } }, /"triggers" must be an object of errorPercent/],
  ])('is refused with %s', async (_what, body, detail) => {
    expect(await send('PUT', '/shop', body)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(detail) },
    });
    expect(await api.store.sinks.saved()).toEqual({});
  });

  it.each(['Shop', 'a b', '-a', 'x'.repeat(41), 'a%00', '..%2f'])('cannot be named %s', async (name) => {
    expect((await send('PUT', `/${name}`, webhook)).status).toBe(400);
  });

  it('needs a key of scope admin', async () => {
    for (const [method, path] of [
      ['PUT', '/shop'],
      ['DELETE', '/shop'],
      ['POST', '/shop/pause'],
      ['POST', '/shop/secret'],
    ] as const)
      expect((await send(method, path, webhook, secrets.write)).status).toBe(403);
  });

  it('of the config file is changed there, and may be deleted when the file names it no more', async () => {
    const description = { name: 'fixed', kind: 'http', target: 'https://x.example/', origin: 'config' } as const;
    await api.store.sinks.register(description, { keepMessages: 5000 });
    const reader = api.store.sinks.reader('fixed', 'a-process', 60_000);
    await reader.take(0);
    for (const [method, path] of [
      ['PUT', '/fixed'],
      ['DELETE', '/fixed'],
      ['POST', '/fixed/secret'],
      ['PUT', '/named'],
      ['DELETE', '/named'],
    ] as const)
      expect(await send(method, path, method === 'PUT' ? webhook : undefined)).toMatchObject({
        status: 409,
        body: { detail: expect.stringMatching(/stands in the config file.* restart the API and npm run sinks\.$/) },
      });
    await reader.leave();
    expect((await send('DELETE', '/fixed')).status).toBe(204);
  });
});

describe('a URL is refused at save, and nothing is stored:', () => {
  it.each([
    'http://hooks.example.com/',
    'file:///etc/passwd',
    'gopher://hooks.example.com/',
    'https://user:pass@hooks.example.com/',
    'https://127.0.0.1/',
    'https://0/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/',
    'https://100.64.0.1/',
    'https://localhost./',
    'https://hooks.example.com:6379/',
  ])('%s', async (forbidden) => {
    const answer = await send('PUT', '/shop', { kind: 'webhook', url: forbidden });
    expect(answer).toMatchObject({
      status: 400,
      body: { type: '/problems/webhook-url-forbidden', errors: [{ pointer: '/url' }] },
    });
    expect(resolveHost).not.toHaveBeenCalled();
    expect(await api.store.sinks.saved()).toEqual({});
  });

  it.each([[['10.0.0.7']], [['93.184.215.14', '::1']], [['::ffff:127.0.0.1']], [[]]])('a name at %j', async (found) => {
    addresses = found;
    expect(await send('PUT', '/shop', webhook)).toMatchObject({
      status: 400,
      body: { type: '/problems/webhook-url-forbidden' },
    });
    expect(resolveHost).toHaveBeenCalledWith('hooks.example.com');
    expect(await api.store.sinks.saved()).toEqual({});
  });

  it('a name that is not found', async () => {
    resolveHost.mockRejectedValueOnce(new Error('ENOTFOUND'));
    expect(await send('PUT', '/shop', webhook)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('has no address') },
    });
  });
});

describe('a sink that is delivered to', () => {
  const known = { name: 'shop', kind: 'http', target: 'https://x.example/', origin: 'config' } as const;

  it('is paused, resumed with a clean slate, brought level and replayed', async () => {
    const { sinks, sinkWindows } = api.store;
    await sinks.register(known, { keepMessages: 5000 });
    await sinkWindows.add('shop', { attempts: 10, errors: 5, latency: new Map([[20, 10]]) }, Date.now());
    expect(await listed()).toMatchObject([
      { name: 'shop', attempts: 10, errorPercent: 50, latencyMs: { p99: expect.any(Number) } },
    ]);
    await sinks.noteError('shop', { reason: 'http-500', detail: 'HTTP 500: no', atMs: 1_763_726_400_000 });
    const lastError = { reason: 'http-500', detail: 'HTTP 500: no', at: '2025-11-21T12:00:00.000Z' };
    expect(await listed()).toMatchObject([{ lastError }]);
    const paused = await send('POST', '/shop/pause', { reason: 'moving' });
    expect(paused.body).toMatchObject({ state: 'paused', reason: 'by adminer: moving' });
    expect((await send('POST', '/shop/resume')).body).toMatchObject({ state: 'idle', attempts: 0, latencyMs: null });
    expect(await send('POST', '/shop/resync')).toMatchObject({ status: 202, body: { resync: { prices: 0 } } });
    expect(await send('POST', '/shop/replay')).toMatchObject({ status: 202, body: { replaying: 0 } });
    expect(await send('GET', '/shop/dead')).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    for (const path of ['pause', 'resume', 'resync', 'replay'])
      expect((await send('POST', `/nobody/${path}`)).status).toBe(404);
    expect((await send('GET', '/nobody/dead')).status).toBe(404);
    await sinks.forget('shop');
  });

  it('is compared with the others', async () => {
    const { sinks, sinkParity } = api.store;
    for (const name of ['shop', 'legacy']) await sinks.register({ ...known, name }, { keepMessages: 5000 });
    const took = (sku: string, price: string) =>
      ({ sku, revision: 2, outcome: { kind: 'acknowledged', price, currency: 'EUR' } }) as const;
    const long = Date.now() - 60_000;
    await sinkParity.note(
      'shop',
      ['A', 'B', 'C', 'D', 'E'].map((sku) => took(sku, '9.90')),
      long,
    );
    await sinkParity.note(
      'legacy',
      [took('A', '9.90'), took('B', '9.80'), { sku: 'C', revision: 2, outcome: { kind: 'dead' } }],
      long,
    );
    await sinkParity.note('legacy', [{ sku: 'D', revision: 2, outcome: { kind: 'unnamed' } }], Date.now());
    const { body } = await send('GET', '/parity?limit=3');
    expect(body).toMatchObject({
      sinks: ['legacy', 'shop'],
      compared: 4,
      same: 1,
      samePercent: 25,
      different: 1,
      dead: 1,
      unnamed: 1,
      untold: 1,
      waiting: 0,
    });
    expect(body.items).toHaveLength(3);
    expect((await send('GET', '/parity')).body.items).toContainEqual({
      sku: 'B',
      kind: 'different',
      at: new Date(long).toISOString(),
      sinks: {
        shop: { outcome: 'acknowledged', price: '9.90', currency: 'EUR', revision: 2 },
        legacy: { outcome: 'acknowledged', price: '9.80', currency: 'EUR', revision: 2 },
      },
    });
    expect((await send('GET', '/parity?limit=1001')).status).toBe(400);
    for (const name of ['shop', 'legacy']) await sinks.forget(name);
  });
});
