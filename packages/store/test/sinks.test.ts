import { startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SinkReader, Store, type Taken } from '../src/index.ts';
import { encodeChunk } from '../src/result-chunk.ts';
import { freshStore, safePriceOf, snapshotOf } from './fixture.ts';

const shop = { name: 'shop', kind: 'http', target: 'https://shop.example/prices', origin: 'config' } as const;
const keep = { keepMessages: 5000 };
/** No test lets it run out. */
const LEASE_MS = 60_000;
const note = { reason: 'http-500', detail: 'HTTP 500', attempts: 3 };

function chunkOf(sku: string, revision = 1): string {
  const cells = [
    0,
    sku,
    '1.00',
    'EUR',
    '1.00',
    '0',
    'balanced',
    '',
    'hold',
    '',
    '0.00',
    revision,
    '2026-11-21T00:00:00.000Z',
  ];
  const head = { source: 'rules', batchId: 'b', jobId: 'j', pricedAt: '2026-11-21T00:00:00.000Z' } as const;
  return `1\n${encodeChunk(head, JSON.stringify(cells), [])}`;
}

async function withSink(
  options: { keepMessages: number; all?: boolean } = keep,
  { store, redis }: { store: Store; redis: Redis } = freshStore(),
) {
  await store.sinks.register(shop, options);
  const publish = async (...skus: string[]) => {
    for (const sku of skus) await redis.xadd(store.keys.changes(), '*', 'chunk', chunkOf(sku));
  };
  const reader = (process: string) => store.sinks.reader('shop', process, LEASE_MS);
  return { store, redis, publish, reader, sink: async () => await store.sinks.get('shop') };
}

async function ours(reader: SinkReader, count = 10): Promise<Extract<Taken, { kind: 'ours' }>> {
  const taken = await reader.take(count);
  if (taken.kind !== 'ours') throw new Error(`the sink is ${taken.kind}`);
  return taken;
}

const skusOf = ({ changes }: { changes: readonly { prices: readonly { sku: string }[] }[] }) =>
  changes.flatMap(({ prices }) => prices.map(({ sku }) => sku));

async function live(store: Store, sku: string, price: string, fence = 0): Promise<void> {
  const by = { batchId: '', jobId: '', source: 'manual', by: 'erin', pricedAtMs: Date.now() } as const;
  const safePrice = safePriceOf(snapshotOf(sku), price);
  const row = { ordinal: 0, fence, sku, safePrice, previousMinor: 1000, strategy: 'balanced', reason: 'manual' };
  await store.prices.publishManual(by, { ...row, costUsd: '0', snapshotAtMs: Date.now() });
}

const done = (ids: readonly string[]) => ids.map((id) => ({ id, notes: [] }));

describe('a sink', () => {
  it('is handed what is published after it was registered, in its order, and what a person publishes', async () => {
    const { store, redis } = freshStore();
    await redis.xadd(store.keys.changes(), '*', 'chunk', chunkOf('before'));
    expect(await store.sinks.register(shop, keep)).toBe(true);
    expect(await store.sinks.register({ ...shop, target: 'elsewhere' }, keep)).toBe(false);
    await redis.xadd(store.keys.changes(), '*', 'chunk', chunkOf('a'));
    await live(store, 'm', '12.00');
    const reader = store.sinks.reader('shop', 'p1', LEASE_MS);
    expect(skusOf(await ours(reader))).toEqual(['a', 'm']);
    expect((await ours(reader)).changes).toEqual([]);
    expect(await store.sinks.list()).toMatchObject([
      { ...shop, target: 'elsewhere', state: 'delivering', process: 'p1', waiting: 2 },
    ]);
  });

  it('is delivered to by one process at a time; the next one gets what was left open, under the same ids', async () => {
    const { publish, reader } = await withSink();
    const [first, second] = [reader('p1'), reader('p2')];
    await publish('a', 'b', 'c');
    const { changes, isFresh } = await ours(first);
    expect(isFresh).toBe(true);
    await first.acknowledge(done([changes[1]?.id as string]));
    expect(await second.take(10)).toEqual({ kind: 'held' });
    await second.leave();
    expect(await second.take(10)).toEqual({ kind: 'held' });
    await first.leave();
    expect(await ours(second)).toMatchObject({ isFresh: true, changes: [] });
    expect((await ours(second)).isFresh).toBe(false);
    expect(await second.open()).toEqual({ changes: [changes[0], changes[2]], lost: 0 });
  });

  it('counts what it was given once, and tells how much waits since when', async () => {
    const { publish, reader, sink } = await withSink();
    const one = reader('p1');
    await publish('a', 'b', 'c');
    const { changes } = await ours(one, 2);
    const ids = changes.map(({ id }) => id);
    const oldestWaitingAtMs = Number(ids[0]?.split('-')[0]);
    expect(await sink()).toMatchObject({ delivered: 0, waiting: 3, oldestWaitingAtMs });
    await one.acknowledge(done(ids));
    await one.acknowledge(done(ids));
    expect(await sink()).toMatchObject({ delivered: 2, waiting: 1 });
    const last = (await ours(one)).changes[0]?.id as string;
    await one.acknowledge(done([last]));
    const level = await sink();
    expect(level).toMatchObject({ delivered: 3, waiting: 0 });
    expect(level).not.toHaveProperty('oldestWaitingAtMs');
  });

  it('that is paused or stopped is handed nothing and loses nothing; a pause of a person is not changed by a stop', async () => {
    const { store, publish, reader, sink } = await withSink();
    const one = reader('p1');
    expect(await store.sinks.stop('shop', '5 % errors')).toBe(true);
    await publish('a');
    expect(await ours(one)).toMatchObject({ state: 'stopped', changes: [] });
    await store.sinks.pause('shop', 'stocktaking');
    expect(await store.sinks.stop('shop', 'errors')).toBe(false);
    expect(await sink()).toMatchObject({ state: 'paused', reason: 'stocktaking', waiting: 1 });
    await store.sinks.resume('shop');
    expect(skusOf(await ours(one))).toEqual(['a']);
    expect(await sink()).toMatchObject({ state: 'delivering', reason: '' });
    expect(await store.sinks.pause('nobody', '')).toBe(false);
  });

  it('keeps its newest failure, and none of one that is not known', async () => {
    const { store, redis, sink } = await withSink();
    expect(await sink()).not.toHaveProperty('lastError');
    expect(await store.sinks.noteError('shop', { reason: 'timeout', detail: 'no answer', atMs: 1 })).toBe(true);
    await store.sinks.noteError('shop', { reason: 'refused', detail: '', atMs: 2 });
    expect(await sink()).toMatchObject({ lastError: { reason: 'refused', detail: '', atMs: 2 } });
    expect(await store.sinks.noteError('nobody', { reason: 'refused', detail: '', atMs: 2 })).toBe(false);
    expect(await redis.exists(store.keys.sink('nobody'))).toBe(0);
  });

  it('that is forgotten holds nothing any more', async () => {
    const { store, redis, publish, reader } = await withSink();
    await store.sinks.save('shop', '{}');
    await publish('a');
    await ours(reader('p1'));
    expect(await store.sinks.forget('shop')).toBe(true);
    expect(await store.sinks.forget('shop')).toBe(false);
    expect(await reader('p1').take(1)).toEqual({ kind: 'unknown' });
    expect(await store.sinks.list()).toEqual([]);
    expect(await redis.keys(`${store.keys.prefix}sink*`)).toEqual([]);
    expect(await redis.exists(store.keys.changesKeep())).toBe(0);
    expect(await store.sinks.slowest()).toBeUndefined();
  });
});

describe('the stream of changes', () => {
  it('keeps up to the cap what a sink has not had, and tells each message that it cut', async () => {
    const { store, redis, publish, reader, sink } = await withSink();
    const one = reader('p1');
    await publish('a', 'b');
    await ours(one);
    await publish('c', 'd', 'e', 'f');
    await redis.xtrim(store.keys.changes(), 'MAXLEN', 2);
    expect(await one.open()).toEqual({ changes: [], lost: 2 });
    expect(await ours(one)).toMatchObject({ missed: 2 });
    expect(await sink()).toMatchObject({ gap: { messages: 4 }, waiting: 2 });
    const { changes, missed } = await ours(one);
    expect(missed).toBe(0);
    expect(changes).toHaveLength(0);
  });

  it('is followed without a gap and without a count too many when Redis is killed and comes back', async () => {
    const own = await startRedis();
    const redis = new Redis(own.url, { maxRetriesPerRequest: null });
    redis.on('error', () => {}); // killed on purpose
    onTestFinished(async () => {
      redis.disconnect();
      await own.stop();
    });
    const { sinks, keys } = new Store(redis);
    await sinks.register(shop, keep);
    const publish = async (sku: string) => await redis.xadd(keys.changes(), '*', 'chunk', chunkOf(sku));
    const one = sinks.reader('shop', 'p1', LEASE_MS);
    for (const sku of ['a', 'b', 'c']) await publish(sku);
    await one.acknowledge(done((await ours(one)).changes.map(({ id }) => id)));
    await own.kill();
    await own.restart();
    await publish('d');
    await redis.xtrim(keys.changes(), 'MAXLEN', 1);
    const taken = await ours(one);
    expect([skusOf(taken), taken.missed]).toEqual([['d'], 0]);
    const sink = await sinks.get('shop');
    expect(sink).toMatchObject({ waiting: 1, delivered: 3 });
    expect(sink).not.toHaveProperty('gap');
  });

  it('may be cut up to the slowest sink', async () => {
    const { store, publish, reader } = await withSink();
    await store.sinks.register({ ...shop, name: 'file' }, keep);
    await publish('a', 'b', 'c');
    const { changes } = await ours(reader('p1'));
    const ids = changes.map(({ id }) => id);
    const before = await store.sinks.slowest();
    const file = store.sinks.reader('file', 'p1', LEASE_MS);
    await ours(file);
    await file.acknowledge(done(ids));
    expect(await store.sinks.slowest()).toBe(ids[0]);
    await reader('p1').acknowledge(done([ids[0] as string, ids[2] as string]));
    expect(await store.sinks.slowest()).toBe(ids[1]);
    await reader('p1').acknowledge(done([ids[1] as string]));
    expect(await store.sinks.slowest()).toBe(ids[2]);
    expect(before).not.toBe(ids[2]);
    expect(await store.sinks.span()).toEqual({ added: 3, length: 3, newest: ids[2] });
  });

  it('is as long as ever without a sink, and longer with one', async () => {
    const { store, redis } = freshStore();
    const length = async () => await redis.xlen(store.keys.changes());
    const fill = async (count: number) => {
      const pipeline = redis.pipeline();
      for (let i = 0; i < count; i++) pipeline.xadd(store.keys.changes(), '*', 'chunk', 'x'.repeat(1500));
      await pipeline.exec();
      await live(store, `sku-${count}`, '11.00');
    };
    await fill(6000);
    expect(await length()).toBeLessThan(5100);
    await store.sinks.register(shop, { keepMessages: 7000 });
    await fill(1500);
    expect(await length()).toBeGreaterThan(6400);
    await fill(2000);
    expect(await length()).toBeLessThan(7100);
    await store.sinks.forget('shop');
    await live(store, 'last', '11.00');
    expect(await length()).toBeLessThan(5100);
  });
});

describe('what sinks did with a price', () => {
  it('is acknowledged, however much it is, ahead of whatever is asked after it', async () => {
    const { publish, reader } = await withSink();
    const one = reader('p1');
    const skus = Array.from({ length: 40 }, (_, i) => `s${i}`);
    await publish(...skus);
    const notes = skus.map((sku) => ({ sku, revision: 1, outcome: { kind: 'dead' } }) as const);
    const changes = (await ours(one, skus.length)).changes.map(({ id }) => ({ id, notes }));
    await one.acknowledge(changes.slice(0, 1));
    const acknowledged = one.acknowledge(changes.slice(1));
    expect(await one.open()).toEqual({ changes: [], lost: 0 });
    await acknowledged;
  });

  it('is compared once, with its acknowledgement, though a crash lets it be delivered and refused again', async () => {
    const { store, publish, reader } = await withSink();
    await store.sinks.register({ ...shop, name: 'erp' }, keep);
    const readers = [reader('p1'), store.sinks.reader('erp', 'p1', LEASE_MS)] as const;
    await publish('a', 'b');
    const took = { kind: 'acknowledged', price: '1.00', currency: 'EUR' } as const;
    for (const one of readers) {
      const { changes } = await ours(one);
      const [a, b] = changes.map(({ id, prices }) => ({
        id,
        notes: prices.map(({ sku, revision }) => ({ sku, revision, outcome: took })),
      }));
      if (!a || !b || !changes[1]) throw new Error('nothing was handed over');
      await one.acknowledge([a]);
      await one.acknowledge(one === readers[0] ? [a, b, a] : [a]);
      if (one === readers[0]) continue;
      const message = { id: 'chg_2', at: '2026-11-21T00:00:00.000Z' };
      for (let i = 0; i < 2; i++) await one.bury(changes[1], message, note);
    }
    const { compared, same, entries } = await store.sinkParity.read();
    expect({ compared, same }).toEqual({ compared: 2, same: 1 });
    expect(entries).toMatchObject([
      { sku: 'b', sinks: { erp: { outcome: { kind: 'dead' } }, shop: { outcome: took } } },
    ]);
    // All sinks took them: a message that comes once more opens nothing.
    await readers[0].noteAgain([{ sku: 'a', revision: 1, outcome: took }], true);
    expect((await store.sinkParity.read()).entries).toHaveLength(1);
  });
});

describe('a dead letter', () => {
  it('is open or dead, never both, and may be replayed as far as its prices are still live', async () => {
    const { store, publish, reader, sink } = await withSink();
    const one = reader('p1');
    await live(store, 'a', '11.00');
    await publish('b');
    const { changes } = await ours(one);
    const [change] = changes;
    if (!change) throw new Error('nothing was handed over');
    await one.noteAttempts(change.id, 2);
    expect(await one.attempts()).toEqual(new Map([[change.id, 2]]));
    const message = { id: 'chg_1', at: '2026-11-21T00:00:00.000Z' };
    await one.bury(change, message, note);
    await one.bury(change, message, note);
    expect(await one.attempts()).toEqual(new Map());
    expect(await sink()).toMatchObject({ dead: 1, waiting: 1, delivered: 0 });
    const [letter] = await store.sinks.deadLetters('shop', 10);
    expect(letter).toMatchObject({ ...message, ...note, prices: change.prices });
    expect(await store.sinks.replay('shop')).toBe(1);
    expect((await ours(one)).replayTo).toBe(letter?.place);
    expect(await one.stillLive(letter?.prices ?? [])).toEqual(change.prices);
    await live(store, 'a', '11.50', 1);
    expect(await one.stillLive(letter?.prices ?? [])).toEqual([]);
    await one.forgetDeadLetter(letter?.place as string, 'superseded');
    await one.endReplay(letter?.place as string);
    expect(await sink()).toMatchObject({ dead: 0, superseded: 1, replaying: false });
    expect(await store.sinks.replay('nobody')).toBeUndefined();
  });
});

describe('a resync', () => {
  /** A page is what some steps of a scan of all keys find: those of other tests would be in its way. */
  async function alone(): Promise<{ store: Store; redis: Redis }> {
    const own = await startRedis({ appendFsync: 'everysec' });
    const redis = new Redis(own.url);
    onTestFinished(async () => {
      redis.disconnect();
      await own.stop();
    });
    return { store: new Store(redis), redis };
  }

  it('gives every live price once, in pages that stay the same after a crash, and closes the gap', async () => {
    const { store, redis, publish, reader, sink } = await withSink(keep, await alone());
    const one = reader('p1');
    const skus = Array.from({ length: 120 }, (_, i) => `sku-${i}`);
    for (const sku of skus) await live(store, sku, '11.00');
    await redis.xtrim(store.keys.changes(), 'MAXLEN', 0);
    await ours(one);
    expect((await sink())?.gap).toMatchObject({ messages: 120 });
    expect(await store.sinks.resync('shop')).toBe('begun');
    expect(await store.sinks.resync('shop')).toBe('running');
    expect(await store.sinks.resync('nobody')).toBeUndefined();
    const { resync } = await ours(one, 0);
    const got: string[] = [];
    for (let n = 1; ; n++) {
      const page = await one.page(resync);
      if (!page) throw new Error('no page');
      expect(page.id).toBe(`snp_${resync}_${n}`);
      await publish('later');
      expect(await reader('p1').page(resync)).toEqual(page);
      expect(await reader('p2').page(resync)).toEqual(page);
      got.push(...page.prices.map(({ sku }) => sku));
      const isLast = await one.finishPage(page);
      expect(await one.finishPage(page)).toBe(false);
      if (isLast) break;
    }
    expect([...new Set(got)].toSorted()).toEqual(skus.toSorted());
    const level = await sink();
    expect(level).not.toHaveProperty('gap');
    expect(level).not.toHaveProperty('resync');
    expect(level?.resyncDoneAtMs).toBeGreaterThan(0);
  });

  it('comes first for a sink that is to begin with everything, and is for the holder of the lease alone', async () => {
    const { store, reader } = await withSink({ ...keep, all: true }, await alone());
    await live(store, 'a', '11.00');
    const { resync } = await ours(reader('p1'));
    expect(resync).toMatch(/^\d+$/);
    expect(await reader('p2').page(resync)).toBeUndefined();
    const page = await reader('p1').page(resync);
    expect(page).toMatchObject({ next: '0', upTo: (await store.sinks.span()).newest, prices: [{ sku: 'a' }] });
  });

  it('leaves a gap that opened while it ran', async () => {
    const { store, redis, publish, reader, sink } = await withSink(keep, await alone());
    const one = reader('p1');
    await live(store, 'a', '11.00');
    await ours(one);
    await store.sinks.resync('shop');
    const { resync } = await ours(one, 0);
    const page = await one.page(resync);
    await publish('b', 'c');
    await redis.xtrim(store.keys.changes(), 'MAXLEN', 0);
    expect((await ours(one)).missed).toBe(2);
    if (page) await one.finishPage(page, note);
    expect(await sink()).toMatchObject({ gap: { messages: 2 }, dead: 1 });
    expect((await store.sinks.deadLetters('shop', 1))[0]).toMatchObject({
      id: `snp_${resync}_1`,
      prices: [{ sku: 'a' }],
    });
  });
});
