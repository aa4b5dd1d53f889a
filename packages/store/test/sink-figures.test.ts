import { describe, expect, it } from 'vitest';
import { AttemptTally, type ParityNote, percentile } from '../src/index.ts';
import { freshStore } from './fixture.ts';

const keep = { keepMessages: 5000 };

async function withSinks(...names: string[]) {
  const { store, redis } = freshStore();
  for (const name of names)
    await store.sinks.register({ name, kind: 'http', target: 'https://x.example/', origin: 'config' }, keep);
  return { store, redis };
}

const took = (sku: string, revision: number, price: string): ParityNote => ({
  sku,
  revision,
  outcome: { kind: 'acknowledged', price, currency: 'EUR' },
});
const would = (sku: string, revision: number, kind: 'dead' | 'unnamed'): ParityNote => ({
  sku,
  revision,
  outcome: { kind },
});

describe('parity of sinks', () => {
  it('keeps what differs or is not settled by all, and counts the rest', async () => {
    const { store, redis } = await withSinks('legacy', 'shop');
    const { sinkParity } = store;
    await sinkParity.note(
      'shop',
      [took('A', 1, '1.00'), took('B', 1, '2.00'), took('C', 1, '3.00'), took('D', 1, '4.00')],
      1000,
    );
    await sinkParity.note('legacy', [took('A', 1, '1.00'), took('B', 1, '2.50'), would('C', 1, 'dead')], 2000);
    const parity = await sinkParity.read();
    expect(parity).toMatchObject({ sinks: ['legacy', 'shop'], compared: 3, same: 1, notFollowed: 0 });
    expect(new Map(parity.entries.map(({ sku, sinks }) => [sku, sinks]))).toEqual(
      new Map([
        [
          'B',
          {
            shop: { revision: 1, outcome: took('', 1, '2.00').outcome },
            legacy: { revision: 1, outcome: took('', 1, '2.50').outcome },
          },
        ],
        [
          'C',
          {
            shop: { revision: 1, outcome: took('', 1, '3.00').outcome },
            legacy: { revision: 1, outcome: { kind: 'dead' } },
          },
        ],
        ['D', { shop: { revision: 1, outcome: took('', 1, '4.00').outcome } }],
      ]),
    );
    expect(await redis.hlen(store.keys.sinksParity())).toBe(3);
  });

  it('is restored by a newer revision that all take, in whatever order they do, and by a replay', async () => {
    const { store } = await withSinks('legacy', 'shop');
    const { sinkParity } = store;
    await sinkParity.note('shop', [took('A', 1, '1.00'), took('A', 2, '2.00'), took('B', 1, '1.00')], 1);
    await sinkParity.note('legacy', [would('A', 1, 'unnamed'), took('A', 2, '2.00'), would('B', 1, 'dead')], 2);
    expect((await sinkParity.read()).entries.map(({ sku }) => sku)).toEqual(['B']);
    await sinkParity.note('legacy', [took('B', 1, '1.00')], 3);
    expect(await sinkParity.read()).toMatchObject({ compared: 3, same: 2, entries: [] });
    await sinkParity.note('legacy', [took('A', 3, '3.00'), took('A', 2, '2.00')], 4);
    expect((await sinkParity.read()).entries).toMatchObject([{ sku: 'A', sinks: { legacy: { revision: 3 } } }]);
  });

  it('is not opened by what a sink took once more, but settled by it', async () => {
    const { store, redis } = await withSinks('legacy', 'shop');
    const { sinkParity } = store;
    await sinkParity.note('shop', [took('A', 1, '1.00')], 1);
    await sinkParity.note('legacy', [took('A', 1, '1.00'), took('B', 1, '1.00')], 2, true);
    expect(await sinkParity.read()).toEqual({
      sinks: ['legacy', 'shop'],
      sinceMs: 1,
      compared: 1,
      same: 1,
      notFollowed: 0,
      entries: [],
    });
    expect(await redis.exists(store.keys.sinksParity())).toBe(0);
  });

  it('asks for two sinks, and forgets those that are gone', async () => {
    const { store, redis } = await withSinks('shop');
    await store.sinkParity.note('shop', [took('A', 1, '1.00')], 1);
    expect(await redis.exists(store.keys.sinksParity())).toBe(0);
    for (const name of ['legacy', 'third'])
      await store.sinks.register({ name, kind: 'http', target: '', origin: 'config' }, keep);
    await store.sinkParity.note('shop', [took('A', 1, '1.00'), took('B', 1, '1.00')], 1);
    await store.sinkParity.note('legacy', [took('A', 1, '1.00')], 1);
    await store.sinkParity.note('third', [would('A', 1, 'dead')], 1);
    await store.sinks.forget('third');
    expect((await store.sinkParity.read()).entries.map(({ sku }) => sku)).toEqual(['B']);
    await store.sinkParity.forget();
    expect(await store.sinkParity.read()).toMatchObject({ compared: 0, entries: [] });
  });
});

describe('windows of a sink', () => {
  it('hold what was counted by the minute, and forget when told to', async () => {
    const { store } = await withSinks('shop');
    const { sinkWindows } = store;
    const tally = new AttemptTally();
    for (let ms = 1; ms <= 100; ms++) tally.add(ms, ms > 98);
    const nowMs = 1_763_726_400_000;
    await sinkWindows.add('shop', tally, nowMs);
    await sinkWindows.add('shop', tally, nowMs - 4 * 60_000);
    await sinkWindows.add('shop', tally, nowMs - 5 * 60_000);
    const counts = await sinkWindows.read('shop', 5, nowMs);
    expect(counts).toMatchObject({ attempts: 200, errors: 4 });
    expect(percentile(counts.latency, 0.5)).toBeGreaterThan(40);
    expect(percentile(counts.latency, 0.5)).toBeLessThan(60);
    expect(await sinkWindows.read('other', 5, nowMs)).toEqual({ attempts: 0, errors: 0, latency: new Map() });
    await sinkWindows.forget('shop', nowMs);
    expect(await sinkWindows.read('shop', 60, nowMs)).toMatchObject({ attempts: 0 });
  });
});
