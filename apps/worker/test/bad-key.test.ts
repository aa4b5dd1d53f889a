import { keyFingerprint } from '@reprice/gateway';
import { readExposition } from '@reprice/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const BAD = 'sk-revoked-by-the-gateway';

/** Why the worker takes no packs, as its metrics tell. */
async function heldByKeys(url: string): Promise<boolean> {
  const metrics = readExposition(await (await fetch(url)).text());
  return metrics.get('reprice_worker_held')?.samples.find((s) => s.labels.because === 'keys')?.value === 1;
}

/** From now on, how often the queue was told to rest: Redis tells of each time that the key of its limiter is set. */
async function countRests(pool: Pool): Promise<() => number> {
  await pool.connection.config('SET', 'notify-keyspace-events', 'K$');
  const listener = pool.connection.duplicate();
  onTestFinished(() => listener.disconnect());
  let rests = 0;
  listener.on('message', (_, event) => {
    if (event === 'set') rests += 1;
  });
  await listener.subscribe(`__keyspace@0__:${pool.queue.bull.toKey('limiter')}`);
  return () => rests;
}

it('a worker whose key is refused stops fetching for itself alone, and goes on once it has one that works', async () => {
  const pool = await Pool.start({ WORKER_CONCURRENCY: '10' });
  await pool.faults({ latency: { p50Ms: 40, p99Ms: 80 } });
  const bad = await pool.worker({ GATEWAY_API_KEYS: BAD, METRICS_PORT: '0' });
  const rests = await countRests(pool);
  const before = await pool.submit(catalogue(200, {}, 'before'), { packSize: 5 });
  // Alone it can do nothing, but says so, and keeps nothing.
  await bad.logged((line) => line.level === 'error' && /no gateway key of this worker/.test(String(line.msg)));
  await expect.poll(() => heldByKeys(bad.url)).toBe(true);
  await expect.poll(async () => (await pool.queue.bull.getJobCounts('active')).active).toBe(0);
  expect((await fetch(new URL('/healthz', bad.url))).status).toBe(200);

  const good = await pool.worker({ METRICS_PORT: '0' });
  expect(await pool.watch(before)).toMatchObject({ priced: 200, failed: 0 });
  // The pace of the other: never a rest of the queue.
  const id = await pool.submit(catalogue(750, {}, 'pace'), { packSize: 5 });
  await pool.watch(id);
  await pool.queue.bull.rateLimit(1);
  await expect.poll(rests).toBeGreaterThan(0);
  expect(rests()).toBe(1); // ours
  const jobs = await pool.queue.bull.getJobs(['completed'], 0, 99);
  expect(jobs.length).toBeGreaterThan(50);
  expect(jobs.filter((job) => job.attemptsMade > 1)).toEqual([]);
  expect(await heldByKeys(good.url)).toBe(false);
  const { states } = await pool.store.gatewayKeys.read();
  expect(states.find((state) => state.id === keyFingerprint(BAD))).toMatchObject({ state: 'resting' });
  // Only the calls that were under way when it found out.
  expect((await pool.ledger()).byKey[BAD.slice(-4)]?.refused).toBeLessThanOrEqual(10);

  // The key is good again: a person says so.
  await pool.acceptKeys([BAD]);
  await pool.store.gatewayKeys.restore(keyFingerprint(BAD));
  await bad.logged((line) => /may be used again/.test(String(line.msg)));
  await good.kill();
  const after = await pool.submit(catalogue(100, {}, 'after'), { packSize: 5 });
  expect(await pool.watch(after)).toMatchObject({ priced: 100, failed: 0 });
  expect(await heldByKeys(bad.url)).toBe(false);
});
