import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const revisions = async (pool: Pool, skus: readonly string[]) =>
  (await pool.prices(skus)).filter((price) => price.revision !== undefined).length;

it('a freeze stops calls and prices in the midst of a batch; lifted, the batch ends as if nothing had been', async () => {
  const pool = await Pool.start();
  await pool.faults({ latency: { p50Ms: 300, p99Ms: 400 } });
  const snapshots = catalogue(3000);
  const skus = snapshots.map(({ sku }) => sku);
  const id = await pool.submit(snapshots);
  await pool.worker({ WORKER_CONCURRENCY: '8' });
  await pool.watch(id, (b) => b.priced > 0);

  await pool.store.freeze.set('a test', 'tester');
  const frozenAt = await revisions(pool, skus);
  // Calls in flight end within their latency, and find publishing frozen.
  let calls = -1;
  let still = 0;
  while (still < 20) {
    const now = (await pool.ledger()).calls;
    still = now === calls ? still + 1 : 0;
    calls = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await revisions(pool, skus)).toBe(frozenAt);
  expect(frozenAt).toBeLessThan(3000);
  expect(await pool.store.batches.get(id)).toMatchObject({ status: 'running', priced: frozenAt, failed: 0 });

  await pool.faults({});
  await pool.store.freeze.lift();
  expect(await pool.watch(id)).toMatchObject({ priced: 3000, failed: 0, waiting: 0 });
  expect(await revisions(pool, skus)).toBe(3000);
  expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
});
