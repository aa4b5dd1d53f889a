import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { EventPage } from '../src/market/market.ts';
import type { Simulator } from '../src/server.ts';
import { base, Client, get, move, simulator } from './market-client.ts';

describe('the stream', () => {
  it('tells of every event from its subscription on, in order, and beats', async () => {
    const market = await simulator({ heartbeatMs: 20 });
    await move(market, { skus: 5 });
    const client = new Client(market);
    await client.until(() => client.frames.length > 0);
    expect(client.frames[0]).toEqual({ type: 'subscribed', seq: 5 });
    expect(
      await (await move(market, { events: 40, items: [{ sku: 'own', price: '5.00', currency: 'EUR' }] })).json(),
    ).toEqual({
      last: { at: expect.any(String), id: 'e000000000046', seq: 46 },
      skus: 6,
      eventsPerSecond: 0,
    });
    await client.until(() => client.frames.at(-1)?.type === 'heartbeat' && client.events.length === 41);
    expect(client.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 41 }, (_, index) => index + 6));
    expect(client.events[0]).toEqual({
      type: 'event',
      id: 'e000000000006',
      seq: 6,
      at: client.events[0]?.at,
      item: { sku: 'own', price: '5.00', currency: 'EUR', observedAt: client.events[0]?.at },
    });
    expect(client.frames.at(-1)).toMatchObject({ type: 'heartbeat', seq: 46 });
  });

  it('moves by itself if it is told to, and stops', async () => {
    const market = await simulator({ heartbeatMs: 20 });
    const client = new Client(market);
    await move(market, { skus: 3, eventsPerSecond: 500 });
    await client.until(() => client.events.length >= 30);
    await move(market, { eventsPerSecond: 0 });
    const { last } = market.market;
    const beats = client.frames.length;
    await client.until(() => client.frames.length >= beats + 5 && client.frames.at(-1)?.type === 'heartbeat');
    expect(market.market.last).toEqual(last);
  });

  it.each<[string, number, string, ConstructorParameters<typeof Client>[1]]>([
    ['a key in the query', 1008, 'key-in-query', { path: '/market/stream?token=sk-secret' }],
    ['a foreign origin', 1008, 'foreign-origin', { headers: { origin: 'https://shop.example' } }],
    ['no key', 1008, 'invalid-key', { headers: {} }],
    ['a wrong key', 1008, 'invalid-key', { headers: { authorization: 'Bearer wrong' } }],
  ])('refuses %s', async (_case, code, error, options) => {
    const market = await simulator({ apiKeys: ['right'] });
    const client = new Client(market, { headers: { authorization: 'Bearer right' }, ...options });
    const [closed, reason] = await client.closed;
    expect([closed, String(reason)]).toEqual([code, error]);
    expect(client.frames).toEqual([{ type: 'error', code: error, message: expect.any(String) }]);
    expect(JSON.stringify(client.frames)).not.toContain('sk-secret');
  });

  it.each<[string, number, (socket: WebSocket) => void]>([
    ['a binary frame', 1003, (socket) => socket.send(Buffer.from('{"type":"subscribe"}'))],
    ['a frame of 200 kB', 1009, (socket) => socket.send('x'.repeat(200_000))],
    ['a bomb of 50 MB', 1009, (socket) => socket.send('0'.repeat(50_000_000), { compress: true })],
    ['anything but subscribe', 1008, (socket) => socket.send('{"type":"sell"}')],
    ['null', 1008, (socket) => socket.send('null')],
    ['no JSON', 1008, (socket) => socket.send('{"type":')],
    ['a flood of pings', 1008, (socket) => Array.from({ length: 100 }, () => socket.ping())],
  ])('closes on %s, and stays up', async (_case, code, send) => {
    const market = await simulator({ heartbeatMs: 60_000 });
    const client = new Client(market, { subscribes: false });
    client.socket.on('error', () => {});
    client.socket.once('open', () => send(client.socket));
    expect((await client.closed)[0]).toBe(code);
    const next = new Client(market);
    await next.until(() => next.frames.length > 0);
  });

  it('takes its own origin and the right key; other paths are not there', async () => {
    const market = await simulator({ apiKeys: ['right'] });
    const headers = { authorization: 'Bearer right', origin: base(market) };
    const client = new Client(market, { headers });
    await client.until(() => client.frames.length > 0);
    const lost = new WebSocket(`ws://127.0.0.1:${market.port}/v1/stream`);
    const [error] = (await once(lost, 'error')) as [Error];
    expect(error.message).toContain('404');
  });
});

describe('other upgrades', () => {
  /** The status line of the answer to a raw request. */
  async function statusOf(of: Simulator, request: string): Promise<string> {
    const socket = connect(of.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(request);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return String(data).split('\r\n')[0] ?? '';
  }

  it.each([
    ['GET //[', 'websocket', 'HTTP/1.1 404 Not Found'],
    ['GET /v1/stream', 'websocket', 'HTTP/1.1 404 Not Found'],
    ['GET /market/stream', 'websocket', 'HTTP/1.1 400 Bad Request'],
    ['GET /health', 'h2c', 'HTTP/1.1 200 OK'],
  ])('%s to %s is answered with %s, and the next one too', async (target, upgrade, status) => {
    const market = await simulator();
    const request = `${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
    expect(await statusOf(market, request)).toBe(status);
    expect(await statusOf(market, request)).toBe(status);
  });
});

describe('the pages', () => {
  it('of events begin with the one that the cursor stands on, and lose no tie', async () => {
    const market = await simulator();
    await move(market, { skus: 20 });
    await move(market, { events: 30 });
    const seen: string[] = [];
    let cursor = '';
    for (let hasMore = true; hasMore; ) {
      const page = await get<EventPage>(market, `/market/events?limit=7${cursor}`);
      seen.push(...page.items.slice(cursor === '' ? 0 : 1).map(({ id }) => id));
      const last = page.items.at(-1);
      cursor = `&since=${last?.at}&sinceId=${last?.id}`;
      hasMore = page.hasMore;
    }
    expect(seen).toEqual(market.market.events.map(({ id }) => id));
    expect(new Set(market.market.events.map(({ at }) => at)).size).toBeLessThan(50);
    const { items } = await get<EventPage>(market, `/market/events?since=${market.market.events[20]?.at}`);
    expect(items[0]?.seq).toBeLessThanOrEqual(21);
  });

  it('of the snapshot and the truth hold how each SKU stands, cleared fields as null', async () => {
    const market = await simulator();
    await move(market, {
      items: [
        { sku: 'b', price: '5.00', currency: 'EUR', cost: '3.00' },
        { sku: 'a', price: '1', currency: 'JPY' },
      ],
    });
    await move(market, { items: [{ sku: 'b', cost: null }] });
    const [first, , last] = market.market.events;
    expect(await get(market, '/market/snapshot?limit=1')).toEqual({
      asOf: { at: last?.at, id: last?.id, seq: 3 },
      items: [{ sku: 'a', price: '1', currency: 'JPY', observedAt: first?.at }],
      nextAfter: 'a',
    });
    expect(await get(market, '/market/truth?after=a')).toEqual({
      items: [{ sku: 'b', price: '5.00', currency: 'EUR', cost: null, observedAt: last?.at }],
      nextAfter: null,
    });
  });

  it('of the same seed are the same', async () => {
    const [one, two] = [await simulator({ nowMs: () => 1e12 }), await simulator({ nowMs: () => 1e12 })];
    for (const each of [one, two]) await move(each, { seed: 7, skus: 10, events: 100 });
    expect(one.market.events).toEqual(two.market.events);
  });

  it('need the key, but for what is of the simulator', async () => {
    const market = await simulator({ apiKeys: ['right'] });
    const status = async (path: string, authorization = ''): Promise<number> =>
      (await fetch(base(market) + path, { headers: { authorization } })).status;
    expect(await status('/market/events')).toBe(401);
    expect(await status('/market/snapshot', 'Bearer wrong')).toBe(401);
    expect(await status('/market/snapshot', 'Bearer right')).toBe(200);
    expect(await status('/market/truth')).toBe(200);
    expect(market.ledger().byKey).toEqual({});
  });

  it.each([
    ['/market/events?limit=0', 400],
    ['/market/events?since=yesterday', 400],
    ['/market/snapshot?limit=1001', 400],
    ['/market/nothing', 404],
  ])('answer %s with %i', async (path, status) => {
    expect((await fetch(base(await simulator()) + path)).status).toBe(status);
  });

  it('name what is wrong with a move', async () => {
    const market = await simulator();
    const answer = await move(market, { events: -1, items: [{ price: 1 }] });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/events.*items\.0\.sku|items\.0\.sku.*events/);
  });
});
