import { describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

describe('a worker', () => {
  it('killed with -9 in mid-batch loses and doubles nothing: another finishes its packs', async () => {
    const pool = await Pool.start();
    const snapshots = catalogue(3000);
    await pool.faults({ latency: { p50Ms: 100, p99Ms: 300 } });
    // What it had in hand waits for a short lock instead of 15 s.
    const first = await pool.worker({ WORKER_CONCURRENCY: '20', LOCK_MS: '3000' }, { main: 'test/crashing-worker.ts' });
    const id = await pool.submit(snapshots);
    await pool.watch(id, (b) => b.priced > 300);
    await first.kill('SIGKILL');
    await pool.worker({ WORKER_CONCURRENCY: '20' });
    const batch = await pool.watch(id);
    expect(batch).toMatchObject({ total: 3000, priced: 3000, failed: 0, waiting: 0 });
    await pool.expectEachOnce(
      id,
      snapshots.map((s) => s.sku),
    );
    const { spentNanoUsd, reservedNanoUsd } = await pool.store.admission.budget();
    expect(spentNanoUsd + reservedNanoUsd).toBeGreaterThanOrEqual((await pool.ledger()).totalNanoUsd);
  });

  it('told to stop finishes what is in flight, takes no more, and exits with 0', async () => {
    const pool = await Pool.start();
    await pool.faults({ latency: { p50Ms: 300, p99Ms: 400 } });
    const worker = await pool.worker({ WORKER_CONCURRENCY: '5' });
    const id = await pool.submit(catalogue(1000));
    await pool.watch(id, (b) => b.priced > 0);
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    const { calls } = await pool.ledger();
    const batch = await pool.watch(id, () => true);
    expect(batch.priced).toBe(calls * 25);
    expect((await pool.store.admission.budget()).reservedNanoUsd).toBe(0);
    expect(batch.waiting).toBeGreaterThan(0);
    await pool.worker();
    expect(await pool.watch(id)).toMatchObject({ priced: 1000 });
  });

  it('finishes what a killed API left: accepted, but not all in the queue', async () => {
    const pool = await Pool.start();
    const { batches, snapshots } = pool.store;
    const skus = catalogue(3);
    await snapshots.observe(skus);
    const id = await batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
    await batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: skus.map((s) => s.sku) }] });
    await batches.commit(id);
    await pool.worker();
    expect(await pool.watch(id)).toMatchObject({ priced: 3 });
    expect(await batches.enqueueing()).toEqual([]);
  });
});
