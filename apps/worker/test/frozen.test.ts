import type { AppProcess } from '@reprice/testkit';
import { describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const LOCK_MS = 2000;
const PACKS = 4;

/** A worker with PACKS calls at the gateway, frozen before any answer came. */
async function frozenInMidCall(pool: Pool, env: Record<string, string>): Promise<AppProcess> {
  await pool.faults({ wait: {} });
  const worker = await pool.worker({ ...env, WORKER_CONCURRENCY: String(PACKS) }, { main: 'test/crashing-worker.ts' });
  const arrived = async () => (await pool.ledger()).requestTimes.maxRequestsInAny60s;
  await expect.poll(arrived, { interval: 20 }).toBe(PACKS);
  process.kill(worker.pid, 'SIGSTOP');
  await pool.faults({});
  return worker;
}

describe('a worker that is frozen in the middle of its calls', () => {
  it('past its lock, comes back to find all done: it changes nothing, and its calls are booked at what they cost', async () => {
    const pool = await Pool.start();
    const snapshots = catalogue(25 * PACKS);
    const id = await pool.submit(snapshots);
    const env = { LOCK_MS: String(LOCK_MS) };
    const frozen = await frozenInMidCall(pool, env);
    await pool.worker({ ...env, WORKER_CONCURRENCY: String(PACKS) }, { main: 'test/crashing-worker.ts' });
    const done = await pool.watch(id);
    expect(done).toMatchObject({ priced: 25 * PACKS, failed: 0, calls: PACKS });
    const before = await pool.prices(snapshots.map((s) => s.sku));

    process.kill(frozen.pid, 'SIGCONT');
    await expect.poll(async () => (await pool.store.admission.budget()).reservedNanoUsd).toBe(0);
    expect(await pool.prices(snapshots.map((s) => s.sku))).toEqual(before);
    const { spentNanoUsd, unsettled } = await pool.store.admission.budget();
    expect(spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
    expect(unsettled.calls).toBe(0);
    expect(await pool.watch(id)).toMatchObject({ priced: 25 * PACKS, calls: 2 * PACKS });
    await pool.expectEachOnce(
      id,
      snapshots.map((s) => s.sku),
    );
  });

  it('within its lock, while the SKUs get newer prices: its stale answers are refused, and asked for anew', async () => {
    const pool = await Pool.start();
    const old = catalogue(25 * PACKS);
    const skus = old.map((s) => s.sku);
    const first = await pool.submit(old);
    const frozen = await frozenInMidCall(pool, {});
    const newer = old.map((s) => ({ ...s, priceMinor: s.priceMinor + 500, observedAtMs: s.observedAtMs + 60_000 }));
    const second = await pool.submit(newer);
    await pool.worker();
    expect(await pool.watch(second)).toMatchObject({ priced: 25 * PACKS });
    const newest = new Set(newer.map((s) => new Date(s.observedAtMs).toISOString()));

    process.kill(frozen.pid, 'SIGCONT');
    const seen = new Set<string | undefined>();
    const look = async () => {
      for (const price of await pool.prices(skus)) seen.add(price.snapshotAt);
    };
    await look();
    const looking = setInterval(look, 50);
    expect(await pool.watch(first)).toMatchObject({ priced: 25 * PACKS, failed: 0 });
    clearInterval(looking);
    for (const price of await pool.prices(skus)) expect(price).toMatchObject({ batchId: first, revision: '2' });
    expect([...seen].every((at) => at !== undefined && newest.has(at))).toBe(true);
    expect(seen.size).toBeGreaterThan(0);
    for await (const page of pool.store.batches.results(first))
      for (const price of page) expect(newest.has(price.snapshotAt)).toBe(true);
  });
});
