import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

it('a critical job behind 20,000 low ones starts within the next workers × concurrency starts', async () => {
  const pool = await Pool.start();
  await pool.faults({ latency: { p50Ms: 500, p99Ms: 600 } });
  const concurrency = 10;
  const low = await pool.submit(catalogue(20_000), { priority: 'low', packSize: 1 });
  for (let i = 0; i < 2; i++) await pool.worker({ WORKER_CONCURRENCY: String(concurrency) });
  await pool.watch(low, (b) => b.calls > 50);
  const critical = await pool.submit(catalogue(1, {}, 'critical'), { priority: 'critical' });
  await pool.watch(critical);
  // As Redis put them down: the clock of nobody.
  const { bull } = pool.queue;
  const events = await pool.connection.xrange(bull.toKey('events'), '-', '+');
  const told = events.map(([, [, event, , jobId]]) => ({ event, jobId }));
  const added = told.findIndex(({ jobId }) => jobId === `${critical}.0`);
  const started = told.findIndex(({ event, jobId }) => event === 'active' && jobId === `${critical}.0`);
  expect([added, started]).not.toContain(-1);
  const between = told.slice(added, started).filter(({ event }) => event === 'active');
  expect(between.length).toBeLessThanOrEqual(2 * concurrency);
});
