import { requeueRevived } from '@reprice/queue';
import { type AppProcess, AppStartError } from '@reprice/testkit';
import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const LOCK_MS = 2000;
const mortal = (crashSku: string) => ({
  env: { CRASH_SKU: crashSku, LOCK_MS: String(LOCK_MS), WORKER_CONCURRENCY: '4' },
  main: 'test/crashing-worker.ts',
});

it('a pack whose worker dies each time is quarantined after exactly 5 deaths, and spoils nothing that ran beside it', async () => {
  const pool = await Pool.start();
  // While Redis is younger than that, a stall is put down to its restart.
  const age = async () => Number(/uptime_in_seconds:(\d+)/.exec(await pool.connection.info('server'))?.[1]);
  await expect.poll(age).toBeGreaterThanOrEqual(10);
  await pool.faults({ latency: { p50Ms: 300, p99Ms: 400 } });
  const snapshots = catalogue(60);
  const id = await pool.submit(snapshots, { packSize: 5 });
  const { env, main } = mortal('sku-7');
  let deaths = 0;
  let worker: AppProcess | undefined;
  const done = pool.watch(id).then(() => 'done' as const);
  for (;;) {
    try {
      worker = await pool.worker(env, { main });
      if ((await Promise.race([done, worker.exited])) === 'done') break;
    } catch (error) {
      if (!(error instanceof AppStartError)) throw error;
    }
    deaths++;
    expect(deaths).toBeLessThanOrEqual(5);
  }
  expect(deaths).toBe(5);
  const failures = await pool.failures(id);
  expect(failures.map((f) => f.sku).toSorted()).toEqual(['sku-5', 'sku-6', 'sku-7', 'sku-8', 'sku-9']);
  expect(failures[0]).toMatchObject({ reason: 'quarantined', detail: expect.stringContaining('died 5 times') });
  expect(await pool.watch(id)).toMatchObject({ priced: 55, failed: 5 });
  await pool.expectEachOnce(
    id,
    snapshots.map((s) => s.sku),
  );
  expect(worker?.logs.some((line) => String(line.msg).includes('quarantined'))).toBe(true);

  // What was wrong with it is mended: replayed, it is a job like any other.
  await worker?.kill();
  const { jobs } = await pool.store.failedJobs.oldest({ reason: 'quarantined' }, 10);
  expect(jobs).toHaveLength(1);
  for (const job of jobs) await pool.store.failedJobs.revive(job);
  for await (const revived of pool.store.failedJobs.revived()) await requeueRevived(pool.store, pool.queue, revived);
  await pool.worker();
  expect(await pool.watch(id)).toMatchObject({ priced: 60, failed: 0 });
});

it('a freeze, a Redis that was away, and then four deaths do not quarantine a pack', async () => {
  const pool = await Pool.start();
  await pool.faults({ hang: {} });
  const id = await pool.submit(catalogue(5));
  const { env, main } = mortal('none');
  const run = async () => {
    const [stalls, crashes, process] = (await pool.connection.get(pool.store.keys.run(`${id}.0`)))?.split('\t') ?? [];
    return { stalls: process ? Number(stalls) : -1, crashes: process ? Number(crashes) : -1 };
  };
  /** Waits until a worker runs the job after more stalls than before; a busy machine may add some of its own. */
  const stalledAnew = async (before: number) => {
    await expect.poll(async () => (await run()).stalls).toBeGreaterThan(before);
    expect(await run()).toMatchObject({ crashes: 0 });
    return (await run()).stalls;
  };
  const frozen = await pool.worker(env, { main });
  let stalls = await stalledAnew(-1);
  process.kill(frozen.pid, 'SIGSTOP');

  let worker = await pool.worker(env, { main });
  stalls = await stalledAnew(stalls);
  pool.redis.pause();
  await new Promise((resolve) => setTimeout(resolve, 1.5 * LOCK_MS));
  pool.redis.resume();
  await stalledAnew(stalls);

  await redisIsOldEnough(pool);
  for (let deaths = 1; deaths <= 4; deaths++) {
    await worker.kill('SIGKILL');
    worker = await pool.worker(env, { main });
    await expect.poll(async () => (await run()).crashes).toBe(deaths);
  }
  await pool.faults({});
  process.kill(frozen.pid, 'SIGCONT');
  expect(await pool.watch(id)).toMatchObject({ priced: 5, failed: 0 });
}, 240_000);

/** While Redis is younger than that, a stall is put down to its restart. */
async function redisIsOldEnough(pool: Pool): Promise<void> {
  const age = async () => Number(/uptime_in_seconds:(\d+)/.exec(await pool.connection.info('server'))?.[1]);
  await expect.poll(age).toBeGreaterThanOrEqual(10);
}
