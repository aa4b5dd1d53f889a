import { fork } from 'node:child_process';
import path from 'node:path';
import { type AppProcess, checkoutDir } from '@reprice/testkit';
import { describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';
import { rollingRestart } from './rolling-restart.ts';

const RESTARTS = Number(process.env.TEST_ROLLING_RESTARTS ?? 10);

/** A worker whose two phases are short. */
const hasty = (pool: Pool, finishMs: number, leaveMs: number, env: Record<string, string> = {}) =>
  pool.worker({ FINISH_MS: String(finishMs), LEAVE_MS: String(leaveMs), ...env }, { main: 'test/crashing-worker.ts' });

/** Waits until `calls` calls are in flight at the gateway. */
async function inFlight(pool: Pool, calls: number): Promise<void> {
  const field = 'reservedNanoUsd';
  await expect.poll(async () => (await pool.store.admission.budget())[field]).toBeGreaterThan(0);
  await expect.poll(async () => await pool.queue.bull.getActiveCount()).toBe(calls);
}

async function ended(worker: AppProcess, signal: NodeJS.Signals) {
  const startedAt = performance.now();
  const exit = await worker.kill(signal);
  return { ...exit, afterMs: performance.now() - startedAt };
}

describe('a worker that is told to stop', () => {
  it('ends the calls that do not end by themselves, and gives their packs back unharmed', async () => {
    const pool = await Pool.start();
    await pool.faults({ hang: { times: 4 } });
    const worker = await hasty(pool, 500, 20_000, { WORKER_CONCURRENCY: '4' });
    const id = await pool.submit(catalogue(100), { packSize: 25 });
    await inFlight(pool, 4);
    const { code, afterMs } = await ended(worker, 'SIGTERM');
    expect(code).toBe(0);
    expect(afterMs).toBeGreaterThan(500);
    expect(afterMs).toBeLessThan(10_000);
    const logged = worker.logs.find((line) => String(line.msg).includes('go back to their place'));
    expect(logged?.jobIds).toHaveLength(4);
    expect(await pool.queue.bull.getActiveCount()).toBe(0);
    expect(await pool.store.admission.budget()).toMatchObject({ reservedNanoUsd: 0 });
    expect(await pool.store.processes.list()).toEqual([]);

    await pool.worker();
    expect(await pool.watch(id)).toMatchObject({ priced: 100, failed: 0 });
    for (const job of await pool.queue.bull.getCompleted())
      expect(job).toMatchObject({ attemptsMade: 1, stalledCounter: 0 });
    const { spentNanoUsd } = await pool.store.admission.budget();
    expect(spentNanoUsd).toBeGreaterThanOrEqual((await pool.ledger()).totalNanoUsd);
  });

  it('leaves at once when it is told twice', async () => {
    const pool = await Pool.start();
    await pool.faults({ hang: {} });
    const worker = await pool.worker({ WORKER_CONCURRENCY: '2' });
    await pool.submit(catalogue(50));
    await inFlight(pool, 2);
    process.kill(worker.pid, 'SIGTERM');
    await worker.logged((line) => String(line.msg).includes('taking no more packs'));
    const { code, afterMs } = await ended(worker, 'SIGTERM');
    expect(code).toBe(1);
    // Its calls would have 30 s.
    expect(afterMs).toBeLessThan(1000);
  });

  it('leaves with 0 while it still starts', async () => {
    const main = path.join(checkoutDir, 'apps/worker/src/main.ts');
    const env = { PATH: process.env.PATH, REDIS_URL: 'redis://127.0.0.1:1', GATEWAY_BASE_URL: 'http://127.0.0.1:1/v1' };
    const child = fork(main, [], { cwd: checkoutDir, env, execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    await new Promise((resolve) => child.stdout?.once('data', resolve)); // it waits for a Redis that is not there
    const startedAt = performance.now();
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('leaves in time though Redis is away, and names what it leaves behind', async () => {
    const pool = await Pool.start();
    await pool.faults({ hang: {} });
    const worker = await hasty(pool, 500, 2500, { WORKER_CONCURRENCY: '2' });
    await pool.submit(catalogue(50));
    await inFlight(pool, 2);
    await pool.redis.kill();
    const { code, afterMs } = await ended(worker, 'SIGTERM');
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(5000);
    const behind = worker.logs.find((line) => String(line.msg).includes('left packs behind'));
    expect(behind?.jobIds).toHaveLength(2);
  });
});

it(
  'workers replaced one after the other under load fail nothing, stall nothing and pay for nothing twice',
  async () => {
    const pool = await Pool.start();
    await pool.faults({ latency: { p50Ms: 300, p99Ms: 900 } });
    const id = await pool.submit(catalogue(RESTARTS * 200), { packSize: 5 });
    const { exits, slowestMs } = await rollingRestart(() => pool.worker({ WORKER_CONCURRENCY: '10' }), RESTARTS);
    expect(exits).toEqual(Array.from({ length: RESTARTS }, () => ({ code: 0, signal: null })));
    expect(slowestMs).toBeLessThan(30_000);
    const batch = await pool.watch(id);
    expect(batch).toMatchObject({ priced: RESTARTS * 200, failed: 0, calls: RESTARTS * 40 });
    const { spentNanoUsd, reservedNanoUsd } = await pool.store.admission.budget();
    expect({ spentNanoUsd, reservedNanoUsd }).toEqual({
      spentNanoUsd: (await pool.ledger()).totalNanoUsd,
      reservedNanoUsd: 0,
    });
  },
  60_000 + RESTARTS * 6000,
);
