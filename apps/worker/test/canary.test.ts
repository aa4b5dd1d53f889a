import { type Canary, isCanarySku, noCanary, usualTolerance } from '@reprice/pricing';
import type { RouteTallies } from '@reprice/store';
import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const CANARY_MODEL = 'gpt-4.1-nano';
/** Its price alone is no reason to roll it back here. */
const tolerance = { ...usualTolerance, costPercent: 100_000 };

async function setCanary(pool: Pool, more: Partial<Canary> = {}): Promise<Canary> {
  const { routes } = pool.store;
  const was = await routes.get();
  const canary: Canary = {
    ...noCanary,
    id: `c${was.version}`,
    state: 'running',
    percent: 10,
    model: CANARY_MODEL,
    tolerance,
    minCalls: 50,
    sinceMs: Date.now(),
    ...more,
  };
  expect(await routes.change(was, canary)).toBe(true);
  return await routes.get();
}

/** Polls until it holds. */
async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, most = 60_000): Promise<T> {
  const end = performance.now() + most;
  for (;;) {
    const value = await read();
    if (holds(value) || performance.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

it('a share of the SKUs is answered by the canary, always the same, and each price tells its route', async () => {
  const pool = await Pool.start();
  const canary = await setCanary(pool, { minCalls: 10_000 });
  await pool.worker({ WORKER_CONCURRENCY: '8' });
  const snapshots = catalogue(5000);
  const skus = snapshots.map(({ sku }) => sku);
  const chosen = new Set(skus.filter((sku) => isCanarySku(canary, sku)));
  expect(Math.abs(chosen.size / 50 - 10)).toBeLessThan(2);

  const id = await pool.submit(snapshots, { packSize: 5, routeOf: (sku) => (chosen.has(sku) ? 'canary' : 'stable') });
  const batch = await pool.watch(id);
  expect(batch).toMatchObject({ priced: 5000, failed: 0 });
  const byModel = await pool.callsByModel();
  expect(byModel).toEqual({
    [CANARY_MODEL]: Math.ceil(chosen.size / 5),
    'deepseek-v3.2': Math.ceil((5000 - chosen.size) / 5),
  });
  // Packed in ignorance of the routes: the same SKUs, from packs cut in two.
  const again = await pool.submit(snapshots.slice(0, 1000), { packSize: 25 });
  expect(await pool.watch(again)).toMatchObject({ priced: 1000, failed: 0 });

  const prices = await pool.prices(skus);
  expect(
    prices.filter(({ sku = '', route, model }) => route !== (chosen.has(sku) ? 'canary' : 'stable') || !model),
  ).toEqual([]);
  const rows = ({ canary: c, stable: s }: RouteTallies) => c.invalid.whole + s.invalid.whole;
  const life = await until(
    () => pool.store.routes.life(canary),
    (tallies) => rows(tallies) >= 6000,
  );
  expect(rows(life)).toBe(6000);
  expect(life.canary.calls).toBeGreaterThan(chosen.size / 5);
  expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
});
