import { builtInStrategies, parseObservation } from '@reprice/pricing';
import { expect, test, vi } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const strategies = new Set(Object.keys(builtInStrategies));

async function observe({ store }: Pool, skus: readonly string[], more: object): Promise<void> {
  const observations = skus.map((sku) => {
    const read = parseObservation({ sku, ...more }, { currency: undefined, nowMs: Date.now(), strategies });
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    return read.observation;
  });
  await store.observations.merge(observations, builtInStrategies);
}

test('what waits for a feed takes no turn from batches, and is priced once the feed is in sync', async () => {
  const pool = await Pool.start({ RATE_LIMIT_RPM: '600' });
  const { store, queue } = pool;
  const skus = Array.from({ length: 40 }, (_, i) => `moved-${i}`);
  await observe(pool, skus, { price: '10.00', currency: 'EUR', stock: 5 });
  await observe(pool, skus, { stock: 0 });
  const packs = await store.dirty.take('critical', skus, 1);
  const jobs = packs.map(({ batchId, strategy, skus: own, first }) => ({
    batchId,
    strategy,
    asked: 0,
    skus: [...own],
    ordinals: first,
  }));
  await queue.enqueue(jobs, 'critical');
  await store.dirty.enqueued(packs);
  const { nowMs } = await store.feeds.report('m', { token: 'a', leaseMs: 60_000, inSyncUntilMs: 1 });
  const batch = await pool.submit(catalogue(20), { priority: 'low', packSize: 1 });
  await pool.worker();
  await vi.waitFor(async () => expect(await store.batches.get(batch)).toMatchObject({ status: 'done', priced: 20 }), {
    timeout: 30_000,
    interval: 50,
  });
  expect(await store.prices.getMany(skus)).toEqual(skus.map(() => undefined));

  await store.feeds.report('m', { token: 'a', leaseMs: 60_000, inSyncUntilMs: nowMs + 600_000 });
  await vi.waitFor(async () => expect(await store.prices.getMany(skus)).not.toContain(undefined), {
    timeout: 30_000,
    interval: 50,
  });
  expect((await pool.ledger()).calls).toBeLessThanOrEqual(20 + 40);
});

test('an answer that came while a feed was behind is published once it is in sync, but for what moved meanwhile', async () => {
  const pool = await Pool.start();
  const { store } = pool;
  await pool.faults({ wait: {} });
  const { nowMs } = await store.feeds.report('m', { token: 'a', leaseMs: 60_000, inSyncUntilMs: 1 });
  await observe(pool, ['a', 'b'], { price: '10.00', currency: 'EUR', stock: 5 });
  await observe(pool, ['a', 'b'], { stock: 0 });
  await pool.worker();
  const inSync = (untilMs: number) => store.feeds.report('m', { token: 'a', leaseMs: 60_000, inSyncUntilMs: untilMs });
  await inSync(nowMs + 600_000);
  const asked = async (calls: number) =>
    await vi.waitFor(async () => expect((await pool.ledger()).calls).toBe(calls), { timeout: 30_000, interval: 20 });
  const reserved = async () => (await store.admission.budget()).reservedNanoUsd;
  await vi.waitFor(async () => expect(await reserved()).toBeGreaterThan(0), { timeout: 30_000, interval: 10 });
  await inSync(1);
  await pool.faults({});
  // The call is booked in the step in which its answer was refused.
  await vi.waitFor(async () => expect(await reserved()).toBe(0), { timeout: 30_000, interval: 10 });
  await observe(pool, ['a'], { stock: 0 });
  await observe(pool, ['b'], { stock: 9 });
  await inSync(nowMs + 600_000);
  const priced = await vi.waitFor(
    async () => {
      const prices = await store.prices.getMany(['a', 'b']);
      expect(prices).toMatchObject([{ revision: 1 }, { revision: 1 }]);
      return prices;
    },
    { timeout: 30_000, interval: 20 },
  );
  expect(priced[0]?.pricedAt).not.toBe(priced[1]?.pricedAt);
  await asked(2);
});
