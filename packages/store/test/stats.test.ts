import { describe, expect, it } from 'vitest';
import { CountsInMemory, type PriceChange, percentile, sumCounts } from '../src/index.ts';
import { freshStore } from './fixture.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 30, 20);
const DAY = 24 * 3_600_000;

function counted(fill: (counts: CountsInMemory) => void): CountsInMemory {
  const counts = new CountsInMemory();
  fill(counts);
  return counts;
}

const changeOf = (sku: string, changePercent: number): PriceChange => ({
  sku,
  previousPrice: '10.00',
  price: '11.00',
  currency: 'EUR',
  changePercent,
  source: 'model',
  reason: 'market',
  guardrails: [],
  batchId: 'b1',
  pricedAt: new Date(NOW).toISOString(),
});

describe('counts', () => {
  it('of several processes and flushes add up by minute and second', async () => {
    const { store: one, redis } = freshStore();
    const { store: other } = freshStore({ namespace: one.keys.prefix.slice(1, -4) });
    expect(other.keys.prefix).toBe(one.keys.prefix);
    const fill = (counts: CountsInMemory) => {
      counts.add('priced', 25);
      counts.add('costNanoUsd', 2 ** 40);
      counts.call('complete');
      counts.guardrail('floor');
      counts.time('latency', 700);
      counts.sent();
    };
    await one.stats.add(one.stats.seal(counted(fill), [], NOW));
    await one.stats.add(one.stats.seal(counted(fill), [], NOW));
    await other.stats.add(other.stats.seal(counted(fill), [], NOW));
    await other.stats.add(other.stats.seal(counted(fill), [], NOW - 60_000));

    const minutes = await one.stats.minutes(3, NOW);
    expect(minutes.map((minute) => minute.priced)).toEqual([0, 25, 75]);
    const all = sumCounts(minutes);
    expect(all).toMatchObject({ priced: 100, costNanoUsd: 4 * 2 ** 40, failed: 0 });
    expect(Object.fromEntries(all.calls)).toEqual({ complete: 4 });
    expect(Object.fromEntries(all.guardrails)).toEqual({ floor: 4 });
    expect(percentile(all.latency, 0.5)).toBeGreaterThan(700 / 1.2);
    expect(percentile(all.latency, 0.99)).toBeLessThan(700 * 1.2);
    expect((await one.stats.seconds(2, NOW + 1000)).map((pace) => pace.sent)).toEqual([0, 3]);
    for (const key of await redis.keys(`${one.keys.prefix}stats:*`)) expect(await redis.ttl(key)).toBeGreaterThan(0);
  });

  it('of a flush that is sent twice count once', async () => {
    const { store, redis } = freshStore();
    const flush = store.stats.seal(
      counted((counts) => counts.add('priced', 5)),
      [changeOf('a', 5)],
      NOW,
    );
    await store.stats.add(flush);
    await redis.script('FLUSH');
    expect(await store.stats.add(flush)).toEqual({ percent: 0, untilMs: Date.UTC(2026, 10, 22) });
    expect((await store.stats.minutes(1, NOW))[0]?.priced).toBe(5);
  });

  it('of a minute that is over are read from Redis once', async () => {
    const { store, redis } = freshStore();
    await store.stats.add(
      store.stats.seal(
        counted((counts) => counts.add('failed', 2)),
        [],
        NOW,
      ),
    );
    await store.stats.minutes(5, NOW + 120_000);
    await redis.del(store.keys.stats(Math.floor(NOW / 60_000)));
    expect((await store.stats.minutes(5, NOW + 120_000)).map((minute) => minute.failed)).toEqual([0, 0, 2, 0, 0]);
  });

  it('write nothing where something else holds a key of theirs', async () => {
    const { store, redis } = freshStore();
    await redis.set(store.keys.topChanges('2026-11-21'), 'x');
    const flush = store.stats.seal(
      counted((counts) => counts.add('priced', 5)),
      [],
      NOW,
    );
    await expect(store.stats.add(flush)).rejects.toThrow(/WRONGTYPE/);
    expect((await store.stats.minutes(1, NOW))[0]?.priced).toBe(0);
  });
});

describe('top changes', () => {
  it('are the 20 largest of the day, one a SKU, and tell what a change must surpass', async () => {
    const { store } = freshStore();
    const tell = (changes: PriceChange[], atMs = NOW) =>
      store.stats.add(store.stats.seal(new CountsInMemory(), changes, atMs));
    expect((await tell([changeOf('s-3', 3), changeOf('s-3', -40)])).percent).toBe(0);
    const many = Array.from({ length: 30 }, (_, i) => changeOf(`s-${i}`, i + 0.25));
    expect((await tell(many)).percent).toBe(11.25);
    const top = await store.stats.topChanges(NOW);
    expect(top).toHaveLength(20);
    expect(top.slice(0, 3).map(({ sku, changePercent }) => [sku, changePercent])).toEqual([
      ['s-3', -40],
      ['s-29', 29.25],
      ['s-28', 28.25],
    ]);
    expect(await store.stats.topChanges(NOW + DAY)).toEqual([]);
    expect((await tell([changeOf('t', 1)], NOW + DAY)).percent).toBe(0);
    expect((await store.stats.topChanges(NOW + DAY)).map((change) => change.sku)).toEqual(['t']);
  });
});

describe('percentiles', () => {
  it('of evenly spread times are within a few per cent of the truth', () => {
    const counts = new CountsInMemory();
    for (let ms = 1; ms <= 10_000; ms++) counts.time('latency', ms);
    const buckets = new Map([...counts.ofMinute].map(([field, count]) => [Number(field.split(':')[1]), count]));
    for (const share of [0.1, 0.5, 0.95]) {
      const told = percentile(buckets, share) ?? 0;
      expect(Math.abs(told - share * 10_000) / (share * 10_000)).toBeLessThan(0.05);
    }
    expect(percentile(new Map(), 0.5)).toBeUndefined();
  });
});
