import { builtInStrategies, parseObservation } from '@reprice/pricing';
import { AppStartError } from '@reprice/testkit';
import { expect, test, vi } from 'vitest';
import { packerCrashPoints } from './packer-crash-points.ts';
import { Pool } from './pool.ts';

const main = 'test/crashing-worker.ts';
const strategies = new Set(Object.keys(builtInStrategies));

test('a worker killed at any step from the mark to the end of the job loses no SKU and prices none twice', async () => {
  const pool = await Pool.start({ LOCK_MS: '3000', WORKER_CONCURRENCY: '2' });
  const observe = async (skus: readonly string[]): Promise<void> => {
    const observations = skus.flatMap((sku) => {
      const input = { sku, price: '10.00', currency: 'EUR', stock: 5 };
      const read = parseObservation(input, { currency: undefined, nowMs: Date.now(), strategies });
      return read.ok ? [read.observation] : [];
    });
    const outcomes = await pool.store.observations.merge(observations, builtInStrategies);
    expect(outcomes.map(({ kind }) => kind)).toEqual(skus.map(() => 'repricing'));
  };
  const all: string[] = [];
  for (const point of packerCrashPoints) {
    const skus = Array.from({ length: 30 }, (_, i) => `${point}-${i}`);
    await observe(skus);
    all.push(...skus);
    const exit = await pool
      .worker({ CRASH_POINT: point }, { main })
      .then((worker) => worker.exited)
      .catch((error: unknown) => {
        // It was faster than the word that it is ready.
        if (error instanceof AppStartError && error.exit) return error.exit;
        throw error;
      });
    expect(exit.signal).toBe('SIGKILL');
  }
  await Promise.all([pool.worker({}, { main }), pool.worker({}, { main })]);
  const { keys, dirty } = pool.store;
  await vi.waitFor(
    async () => {
      const prices = await pool.prices(all);
      expect(prices.filter(({ revision }) => revision !== '1')).toEqual([]);
      expect([await dirty.size(), await dirty.taken(), await pool.connection.hlen(keys.dirtyInFlight())]).toEqual([
        0,
        [],
        0,
      ]);
    },
    { timeout: 30_000, interval: 100 },
  );
  // 2 packs a point; those that were in flight at a kill may have been paid for twice.
  expect((await pool.ledger()).calls).toBeLessThanOrEqual(12);
});
