import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAfterTestFile, spawnApp, startRedis, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { EventHub } from '../src/events/hub.ts';
import { Listener } from '../src/events/listener.ts';
import { States } from '../src/events/states.ts';
import { StatsSource } from '../src/stats/stats-source.ts';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { EventReader } from './event-reader.ts';
import { settleAll } from './priced-by-rules.ts';

let submitted = 0;

/** Submits so many SKUs, each a pack of its own, and returns their ids. */
async function submit(api: ApiUnderTest, count: number): Promise<{ id: string; skus: string[] }> {
  const skus = Array.from({ length: count }, () => `e-${++submitted}`);
  const lines = skus.map((sku) => JSON.stringify({ sku, price: '10.00', currency: 'EUR' }));
  const { body } = await api.submit(lines.join('\n'), 'application/x-ndjson');
  return { id: body.id as string, skus };
}

const listen = (api: ApiUnderTest, query = '', lastEventId?: string) =>
  EventReader.open(`${api.url}/v1/events${query}`, secrets.read, lastEventId);

const until = (check: () => unknown, timeout = 30_000) => expect.poll(check, { timeout, interval: 20 }).toBeTruthy();

const admin = new Redis(testRedis().url);
endAfterTestFile(async () => admin.disconnect());

describe('GET /v1/events', () => {
  test('tells every state on connecting, then what changes', async () => {
    const api = await startApiUnderTest({ packSize: 1 });
    const { id } = await submit(api, 3);
    const reader = await listen(api);
    expect(reader.status).toBe(200);
    await until(() => ['batch', 'budget', 'limits', 'freeze', 'stats'].every((name) => reader.named(name).length > 0));
    expect(reader.raw).toMatch(/^retry: 2000\n/);
    expect(reader.named('batch')[0]?.data).toEqual(await (await api.call(`/v1/batches/${id}`)).json());
    expect(reader.named('budget')[0]?.data).toEqual(await (await api.call('/v1/budget')).json());
    expect(reader.named('limits')[0]?.data).toEqual(await (await api.call('/v1/limits')).json());
    expect(reader.named('freeze')[0]?.data).toEqual({ frozen: false });
    expect(reader.named('stats')[0]?.data).not.toHaveProperty('series');

    await settleAll(api);
    const put = (path: string, body: object) =>
      api.call(path, {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${secrets.admin}`, 'content-type': 'application/json' },
      });
    await put('/v1/freeze', { frozen: true, reason: 'odd' });
    await put('/v1/limits', { rpm: 77 });
    await put('/v1/budget', { limitUsd: '5' });
    await until(() => reader.named('batch').at(-1)?.data.status === 'done');
    await until(() => reader.named('freeze').at(-1)?.data.frozen);
    await until(() => reader.named('limits').at(-1)?.data.rpm === 77);
    await until(() => reader.named('budget').at(-1)?.data.limitUsd === '5.00');
    await until(() => reader.named('stats').length >= 2);
    expect(reader.named('prices').map(({ data }) => data)).toHaveLength(3);
    const [first = ''] = reader.skus();
    expect(reader.named('prices')[0]?.data).toEqual({ items: [await (await api.call(`/v1/prices/${first}`)).json()] });
  });

  test('resumes without a loss or a double, over many reconnects while prices come', async () => {
    const api = await startApiUnderTest({ packSize: 1 });
    const all: string[] = [];
    const heard: string[] = [];
    let lastEventId: string | undefined = '0-0';
    for (let round = 0; round < 6; round++) {
      const { skus } = await submit(api, 30);
      all.push(...skus);
      const settling = settleAll(api);
      const reader = await listen(api, '?types=prices', lastEventId);
      const heardBefore = heard.length;
      await until(() => reader.skus().length + heardBefore > all.length - 20);
      // Cut in the midst of it.
      reader.close();
      heard.push(...reader.skus());
      lastEventId = reader.lastEventId;
      await settling;
    }
    const last = await listen(api, '?types=prices', lastEventId);
    await until(() => heard.length + last.skus().length >= all.length);
    heard.push(...last.skus());
    expect(heard.toSorted()).toEqual(all.toSorted());
  });

  test('a client that was never told a price goes on from where it connected', async () => {
    const api = await startApiUnderTest({ packSize: 1 });
    await submit(api, 2);
    await settleAll(api);
    const first = await listen(api, '?types=prices');
    await until(() => first.lastEventId);
    first.close();
    const { skus } = await submit(api, 2);
    await settleAll(api);
    const second = await listen(api, `?types=prices&lastEventId=${first.lastEventId}`);
    await until(() => second.skus().length === 2);
    expect(second.skus().toSorted()).toEqual(skus.toSorted());
  });

  test('tells a gap when what was missed is kept no more, then what is kept', async () => {
    const api = await startApiUnderTest({ packSize: 1 });
    const first = await listen(api, '?types=prices');
    await submit(api, 1);
    await settleAll(api);
    await until(() => first.named('prices').length);
    first.close();
    await submit(api, 10);
    await settleAll(api);
    await admin.xtrim(api.store.keys.changes(), 'MAXLEN', 4);
    const kept = (await admin.xrange(api.store.keys.changes(), '-', '+')).map(([id]) => id);
    const second = await listen(api, '?types=prices', first.lastEventId);
    await until(() => second.named('prices').length === 4);
    expect(second.events[0]).toEqual({ name: 'gap', data: { missedFrom: first.lastEventId } });
    expect(second.named('prices').map((event) => event.id)).toEqual(kept);
  });

  test('tells no gap where nothing is lost', async () => {
    const api = await startApiUnderTest({ packSize: 1 });
    await submit(api, 5);
    await settleAll(api);
    for (const from of ['0-0', '1-1', await api.store.changes.newest()]) {
      const reader = await listen(api, '?types=prices,freeze', from);
      await until(() => reader.named('freeze').length);
      if (from !== (await api.store.changes.newest())) await until(() => reader.named('prices').length === 5);
      expect(reader.named('gap')).toEqual([]);
    }
  });

  test('100 clients get the same bytes', async () => {
    const api = await startApiUnderTest({ packSize: 5 });
    const readers = await Promise.all(Array.from({ length: 100 }, () => listen(api, '?types=prices')));
    await until(() => readers.every((reader) => reader.raw !== ''));
    const { skus } = await submit(api, 200);
    await settleAll(api);
    await until(() => readers.every((reader) => reader.skus().length === 200));
    expect(new Set(readers.map((reader) => reader.raw)).size).toBe(1);
    expect(readers[0]?.skus().toSorted()).toEqual(skus.toSorted());
  });

  test('keeps to the types and the batch that were asked for', async () => {
    const api = await startApiUnderTest({ packSize: 1 });
    const one = await submit(api, 2);
    const other = await submit(api, 2);
    const ofOne = await listen(api, `?types=prices,batch&batch=${one.id}`);
    const states = await listen(api, '?types=budget');
    await until(() => ofOne.named('batch').length);
    await settleAll(api);
    await until(() => ofOne.named('batch').at(-1)?.data.status === 'done');
    await until(() => ofOne.skus().length === 2);
    expect(ofOne.skus().toSorted()).toEqual(one.skus.toSorted());
    expect(new Set(ofOne.events.map(({ name }) => name))).toEqual(new Set(['prices', 'batch']));
    expect(new Set(ofOne.named('batch').map(({ data }) => data.id))).toEqual(new Set([one.id]));
    expect(new Set(states.events.map(({ name }) => name))).toEqual(new Set(['budget']));

    // Of a batch that ended before, its end is told.
    const late = await listen(api, `?types=batch&batch=${other.id}`);
    await until(() => late.named('batch').length);
    expect(late.named('batch')[0]?.data).toMatchObject({ id: other.id, status: 'done', priced: 2 });
  });

  test.each([
    ['?types=prices,nonsense', {}, 400],
    ['?types=', {}, 400],
    ['?lastEventId=now', {}, 400],
    ['?batch=x', {}, 400],
    ['?batch=b00000000000', {}, 404],
    ['', { 'last-event-id': 'abc' }, 400],
    ['', { authorization: 'Bearer none' }, 401],
  ])('refuses %s %o with %i', async (query, headers, status) => {
    const api = await startApiUnderTest();
    const response = await api.call(`/v1/events${query}`, { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });

  test('answers HEAD with the headers alone', async () => {
    const api = await startApiUnderTest();
    const response = await api.call('/v1/events', { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });

  test('cuts a client that takes nothing, and no other', async () => {
    const api = await startApiUnderTest({ packSize: 250 });
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    const cut = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.pause();
    socket.write(
      `GET /v1/events?types=prices HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${secrets.read}\r\n\r\n`,
    );
    const reader = await listen(api, '?types=prices');
    await until(() => reader.raw);
    await submit(api, 250);
    await settleAll(api);
    await until(() => reader.named('prices').length === 1);
    // The same publish again and again, as fast as the client takes it that does.
    const changes = api.store.keys.changes();
    const [[, fields] = ['', []]] = await admin.xrevrange(changes, '+', '-', 'COUNT', 1);
    let told = 1;
    while (told < 200) {
      await Promise.all(Array.from({ length: 4 }, () => admin.xadd(changes, '*', ...fields)));
      told += 4;
      await until(() => reader.named('prices').length === told);
    }
    // Far more than the network holds for it: it takes that, and finds its connection ended.
    socket.resume();
    await cut;
    expect(socket.bytesRead).toBeLessThan(reader.raw.length);
    expect(reader.isEnded).toBe(false);
  });

  test('keeps its clients over an outage of Redis, and tells them what they missed', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url, packSize: 1 });
    const reader = await listen(api);
    await submit(api, 1);
    await settleAll(api);
    await until(() => reader.skus().length === 1);
    await redis.kill();
    await expect.poll(async () => (await api.call('/v1/events')).status).toBe(503);
    await redis.restart();
    await expect.poll(async () => (await api.call('/v1/stats')).status).toBe(200);
    const { skus } = await submit(api, 3);
    await settleAll(api);
    await until(() => reader.skus().length === 4);
    expect(reader.skus().slice(1).toSorted()).toEqual(skus.toSorted());
    await until(() => reader.named('batch').at(-1)?.data.priced === 3);
    expect([reader.isEnded, reader.named('gap').length]).toEqual([false, 0]);
  });

  test('says every 15 seconds that it lives, also while Redis is away', async () => {
    const redis = await startRedis();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const api = await startApiUnderTest({ redisUrl: redis.url });
      const reader = await listen(api, '?types=prices');
      // The waiting of vitest would move this clock as well.
      while (reader.raw === '') await sleep(20);
      vi.advanceTimersByTime(14_000);
      await redis.kill();
      expect(reader.pings).toBe(0);
      vi.advanceTimersByTime(1000);
      while (reader.pings < 1) await sleep(20);
      expect(reader.pings).toBe(1);
      expect(reader.isEnded).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends with the process, which does not wait for those who listen', async () => {
    const api = await spawnApp('api', {
      REDIS_URL: (await startRedis()).url,
      PORT: '0',
      API_KEYS: `ops:read:${secrets.read}`,
      GATEWAY_API_KEYS: 'none',
    });
    const reader = await EventReader.open(`${api.url}/v1/events`, secrets.read);
    await until(() => reader.named('stats').length);
    const startedMs = performance.now();
    expect(await api.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    // Requests under way would have 25 s.
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    await until(() => reader.isEnded);
    expect(reader.raw.endsWith('\n\n')).toBe(true);
  });

  test('reads and looks only while somebody listens', async () => {
    const redis = await startRedis();
    const own = new Redis(redis.url);
    endAfterTestFile(async () => own.disconnect());
    const api = await startApiUnderTest({ redisUrl: redis.url });
    const clients = async () =>
      String(await own.client('LIST'))
        .split('\n')
        .filter((line) => /cmd=xread/.test(line)).length;
    const readers = await Promise.all([listen(api), listen(api), listen(api)]);
    await until(async () => (await clients()) === 1);
    for (const reader of readers) reader.close();
    await until(async () => (await clients()) === 0);
  });

  test('does nothing for a client that left before it was let in', async () => {
    const { store, queue } = await startApiUnderTest();
    let connections = 0;
    const connectOnce = () => {
      connections++;
      return new Redis(testRedis().url);
    };
    const hub = new EventHub({ store, stats: new StatsSource(store, () => queue), connect: connectOnce });
    const server = createServer(async (_req, res) => {
      await once(res, 'close');
      await hub.join(new Listener(res, { types: new Set(['prices']) }), undefined, () => {});
      server.emit('let in');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endAfterTestFile(async () => void server.close());
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(server, 'request');
    socket.destroy();
    await once(server, 'let in');
    expect(connections).toBe(0);
  });

  test('tells the end of a job also to one who asked for it in the midst of a look', async () => {
    const api = await startApiUnderTest();
    const { batches } = api.store;
    const job = async (): Promise<string> => {
      const body = JSON.stringify({ items: [{ sku: `e-${++submitted}`, price: '10.00', currency: 'EUR' }] });
      const response = await api.call('/v1/jobs', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      return ((await response.json()) as { id: string }).id;
    };
    const [first, second] = [await job(), await job()];
    const ended: string[] = [];
    const states = new States(api.store, new StatsSource(api.store, () => api.queue), {
      wants: () => false,
      onEvents: (events) => {
        for (const { batchId, bytes } of events) if (batchId && bytes.includes('"status":"done"')) ended.push(batchId);
      },
    });
    endAfterTestFile(async () => states.stop());
    await states.ready();
    await states.batch(first);
    const get = batches.get.bind(batches);
    const [looking, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    vi.spyOn(batches, 'get').mockImplementationOnce(async (id) => {
      looking.resolve();
      await asked.promise;
      return await get(id);
    });
    await looking.promise;
    await states.batch(second);
    asked.resolve();
    await settleAll(api);
    await until(() => ended.includes(first) && ended.includes(second));
  });
});
