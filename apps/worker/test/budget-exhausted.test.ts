import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const limit = { DAILY_BUDGET_USD: '0.003' };

async function exhausted(reaction: 'defer' | 'rules' | 'fail') {
  const pool = await Pool.start({ ...limit, BUDGET_EXHAUSTED: reaction });
  const worker = await pool.worker();
  return { pool, worker };
}

async function underLimit(pool: Pool): Promise<void> {
  const { spentNanoUsd, reservedNanoUsd, limitNanoUsd } = await pool.store.admission.budget();
  const { totalNanoUsd } = await pool.ledger();
  expect(totalNanoUsd).toBeLessThanOrEqual(limitNanoUsd);
  expect(spentNanoUsd + reservedNanoUsd).toBeLessThanOrEqual(limitNanoUsd);
}

it('defer: stops within the share of the priority, lets critical work pass, and goes on when the limit is raised', async () => {
  const { pool } = await exhausted('defer');
  const normal = await pool.submit(catalogue(2000));
  const stopped = await pool.watch(normal, (b) => b.priced > 0 && b.calls > 0 && b.waiting < 2000);
  expect(stopped.status).toBe('running');
  // Deferred: nothing moves any more although workers are free.
  let still = 0;
  let last = -1;
  await pool.watch(normal, (b) => {
    still = b.calls === last ? still + 1 : 0;
    last = b.calls;
    return still > 40;
  });
  const { spentNanoUsd, limitNanoUsd } = await pool.store.admission.budget();
  expect(spentNanoUsd).toBeLessThanOrEqual(0.85 * limitNanoUsd);
  const critical = await pool.submit(catalogue(25, {}, 'critical'), { priority: 'critical' });
  expect(await pool.watch(critical)).toMatchObject({ priced: 25 });
  await underLimit(pool);
  await pool.store.admission.setDailyLimit(1_000_000_000);
  expect(await pool.watch(normal)).toMatchObject({ priced: 2000, failed: 0 });
  expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
});

it('rules: prices the rest by the rules engine, and says so', async () => {
  const { pool } = await exhausted('rules');
  const id = await pool.submit(catalogue(2000));
  expect(await pool.watch(id)).toMatchObject({ priced: 2000, failed: 0 });
  await underLimit(pool);
  const sources = new Map<string, number>();
  for await (const page of pool.store.batches.results(id))
    for (const p of page) sources.set(p.source, (sources.get(p.source) ?? 0) + 1);
  expect(sources.get('model')).toBeGreaterThan(0);
  expect(sources.get('rules')).toBeGreaterThan(0);
});

it('fail: fails the rest with the reason and when to come back', async () => {
  const { pool } = await exhausted('fail');
  const id = await pool.submit(catalogue(2000));
  const batch = await pool.watch(id);
  expect(batch.failed).toBeGreaterThan(0);
  expect(batch.priced + batch.failed).toBe(2000);
  const failures = await pool.failures(id);
  expect(new Set(failures.map((f) => f.reason))).toEqual(new Set(['budget_exhausted']));
  expect(failures[0]?.detail).toMatch(/until \d{4}-\d\d-\d\dT/);
  await underLimit(pool);
});

it('rules: a live price that no rule may move to its floor fails with that reason', async () => {
  const { pool } = await exhausted('rules');
  await pool.store.admission.setDailyLimit(0);
  const first = await pool.submit(catalogue(3));
  expect(await pool.watch(first)).toMatchObject({ priced: 3, calls: 0 });
  const raised = await pool.submit(catalogue(3, { floorMinor: 500_000, observedAtMs: Date.now() + 1000 }));
  expect(await pool.watch(raised)).toMatchObject({ priced: 0, failed: 3, calls: 0 });
  expect(new Set((await pool.failures(raised)).map((f) => f.reason))).toEqual(new Set(['guardrail_conflict']));
});
