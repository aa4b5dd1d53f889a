import { builtInStrategies, parseObservation } from '@reprice/pricing';
import { expect, test, vi } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const strategies = new Set(Object.keys(builtInStrategies));

test('what waits for a feed takes no turn from batches, and is priced once the feed is in sync', async () => {
  const pool = await Pool.start({ RATE_LIMIT_RPM: '600' });
  const { store, queue } = pool;
  const skus = Array.from({ length: 40 }, (_, i) => `moved-${i}`);
  const observe = async (more: object) => {
    const observations = skus.map((sku) => {
      const read = parseObservation({ sku, ...more }, { currency: undefined, nowMs: Date.now(), strategies });
      if (!read.ok) throw new Error(JSON.stringify(read.faults));
      return read.observation;
    });
    await store.observations.merge(observations, builtInStrategies);
  };
  await observe({ price: '10.00', currency: 'EUR', stock: 5 });
  await observe({ stock: 0 });
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
    timeout: 20_000,
    interval: 50,
  });
  expect(await store.prices.getMany(skus)).toEqual(skus.map(() => undefined));

  await store.feeds.report('m', { token: 'a', leaseMs: 60_000, inSyncUntilMs: nowMs + 600_000 });
  await vi.waitFor(async () => expect(await store.prices.getMany(skus)).not.toContain(undefined), {
    timeout: 20_000,
    interval: 50,
  });
  expect((await pool.ledger()).calls).toBeLessThanOrEqual(20 + 40);
}, 60_000);
