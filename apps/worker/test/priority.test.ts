import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

it('a critical job behind 20,000 low ones starts within the next workers × concurrency starts', async () => {
  const pool = await Pool.start();
  await pool.faults({ latency: { p50Ms: 50, p99Ms: 60 } });
  const concurrency = 10;
  const low = await pool.submit(catalogue(20_000), { priority: 'low', packSize: 1 });
  for (let i = 0; i < 2; i++) await pool.worker({ WORKER_CONCURRENCY: String(concurrency) });
  await pool.watch(low, (b) => b.calls > 50);
  const critical = await pool.submit(catalogue(1, {}, 'critical'), { priority: 'critical' });
  const before = (await pool.ledger()).calls;
  await pool.watch(critical);
  const after = (await pool.ledger()).calls;
  // Those in flight when it was submitted, those started with it, and those that started while it ran.
  expect(after - before).toBeLessThanOrEqual(3 * 2 * concurrency);
});
