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

it('a job that stalls six times under frozen workers and a Redis that was away is no poison', async () => {
  const pool = await Pool.start({ GATEWAY_TIMEOUT_MS: '60000' });
  await pool.faults({ hang: {} });
  const id = await pool.submit(catalogue(5));
  const { env, main } = mortal('none');
  const job = `{reprice:0}:reprice:${id}.0`;
  const stalls = async () => Number(await pool.connection.hget(job, 'stc'));
  const active = () => pool.connection.exists(`${job}:lock`);
  const frozen: AppProcess[] = [];
  for (let stall = 1; stall <= 5; stall++) {
    const worker = await pool.worker(env, { main });
    await expect.poll(stalls).toBe(stall - 1);
    await expect.poll(active).toBe(1);
    process.kill(worker.pid, 'SIGSTOP');
    frozen.push(worker);
  }
  const last = await pool.worker(env, { main });
  await expect.poll(stalls).toBe(5);
  await expect.poll(active).toBe(1);
  pool.redis.pause();
  await new Promise((resolve) => setTimeout(resolve, 1.5 * LOCK_MS));
  pool.redis.resume();
  await expect.poll(stalls).toBe(6);
  await pool.faults({});
  for (const worker of frozen) process.kill(worker.pid, 'SIGCONT');
  expect(await pool.watch(id)).toMatchObject({ priced: 5, failed: 0 });
  expect(last.logs.filter((line) => String(line.msg).includes('quarantined'))).toEqual([]);
});
