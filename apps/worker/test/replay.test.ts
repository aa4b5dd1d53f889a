import { describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

interface Replayed {
  readonly matched: number;
  readonly replayed: number;
  readonly remaining: number;
  readonly gone: number;
  readonly worstCaseUsd: string;
}

const skusOf = (snapshots: readonly { sku: string }[]) => snapshots.map((snapshot) => snapshot.sku);
const isDone = (b: { status: string }) => b.status === 'done';

/** A batch whose SKUs all fail, each in a job of its own, without a call: their strategy is none of the workers'. */
async function failedWithoutCalls(pool: Pool, count: number) {
  const snapshots = catalogue(count, { strategy: 'gone' });
  const id = await pool.submit(snapshots, { packSize: 1 });
  const worker = await pool.worker();
  expect(await pool.watch(id)).toMatchObject({ failed: count, calls: 0 });
  await worker.kill();
  // Today they are priced by a strategy that there is.
  const today = snapshots.map(({ strategy: _, ...rest }) => ({ ...rest, observedAtMs: rest.observedAtMs + 60_000 }));
  for (let from = 0; from < count; from += 500) await pool.store.snapshots.observe(today.slice(from, from + 500));
  return { id, snapshots };
}

describe('replay', () => {
  it('prices what failed, each SKU once, with its priority, against the snapshots of today', async () => {
    const pool = await Pool.start();
    const { post } = await pool.api();
    const snapshots = catalogue(200);
    await pool.faults({ nan: { rowShare: 1 } });
    const id = await pool.submit(snapshots, { priority: 'high' });
    const first = await pool.worker();
    expect(await pool.watch(id)).toMatchObject({ priced: 0, failed: 200, calls: 8 + 40 + 200 });

    // While the fault lasts, each job is asked for three times anew, and fails again.
    expect(await (await post('/v1/jobs/replay')).json()).toMatchObject({ matched: 200, replayed: 200, remaining: 0 });
    const again = await pool.watch(id, isDone, true);
    expect(again).toMatchObject({ priced: 0, failed: 200, calls: 248 + 3 * 200 });
    await pool.expectEachOnce(id, skusOf(snapshots));
    await first.kill();

    await pool.faults({});
    const observedAtMs = Date.now() + 60_000;
    await pool.store.snapshots.observe(snapshots.map((s) => ({ ...s, priceMinor: s.priceMinor + 100, observedAtMs })));
    const estimate = (await (await post(`/v1/batches/${id}/replay`, { dryRun: true })).json()) as Replayed;
    const replayed = (await (await post(`/v1/batches/${id}/replay`)).json()) as Replayed;
    expect(replayed).toMatchObject({ matched: 200, replayed: 200, remaining: 0, gone: 0 });
    expect(replayed.worstCaseUsd).toBe(estimate.worstCaseUsd);
    expect(await pool.queue.waiting()).toEqual({ critical: 0, high: 200, normal: 0, low: 0 });
    await pool.worker();
    const batch = await pool.watch(id, isDone, true);
    expect(batch).toMatchObject({ total: 200, priced: 200, failed: 0, waiting: 0 });
    await pool.expectEachOnce(id, skusOf(snapshots));
    for await (const page of pool.store.batches.results(id))
      for (const price of page)
        expect(price).toMatchObject({ revision: 1, snapshotAt: new Date(observedAtMs).toISOString() });
    expect(Number(batch.costUsd) - Number(again.costUsd)).toBeLessThanOrEqual(Number(estimate.worstCaseUsd));
    expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
  });

  it('twice at once, through two APIs, runs each job once', async () => {
    const pool = await Pool.start();
    const { id, snapshots } = await failedWithoutCalls(pool, 300);
    const apis = [await pool.api(), await pool.api()];
    await pool.worker();
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map(async (i) => (await (await apis[i]?.post('/v1/jobs/replay'))?.json()) as Replayed),
    );
    expect(answers.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(300);
    expect(await pool.watch(id, isDone, true)).toMatchObject({ priced: 300, failed: 0, calls: 300 });
    await pool.expectEachOnce(id, skusOf(snapshots));
    expect((await pool.ledger()).calls).toBe(300);
  });

  it('killed with its API in the middle: workers finish what it began, and a second replay does the rest', async () => {
    const pool = await Pool.start();
    const count = 2000;
    const { id, snapshots } = await failedWithoutCalls(pool, count);
    const begun = () => pool.connection.hlen(pool.store.keys.replaying());
    do {
      const { process, post } = await pool.api();
      const answer = post('/v1/jobs/replay').then(
        (response) => response.status,
        () => 'cut off',
      );
      let isOver = false;
      void answer.finally(() => (isOver = true));
      await pool.watch(id, (b) => b.waiting >= 300, true);
      while ((await begun()) === 0 && !isOver);
      await process.kill('SIGKILL');
      expect(await answer).toBe('cut off');
    } while ((await begun()) === 0);
    expect(await pool.watch(id, () => true, true)).toMatchObject({ status: 'running', priced: 0 });

    // Nobody asks again for those that were begun.
    await pool.worker();
    const left = await pool.watch(id, isDone, true);
    expect(left.priced).toBeGreaterThanOrEqual(300);
    expect(left.failed).toBeGreaterThan(0);
    expect(left.calls).toBe(left.priced);
    // What was in the queue when the API died is done at once, and forgotten by a later sweep.
    await expect.poll(begun).toBe(0);

    const { post } = await pool.api();
    expect(await (await post('/v1/jobs/replay')).json()).toMatchObject({ replayed: left.failed, remaining: 0 });
    expect(await pool.watch(id, isDone, true)).toMatchObject({ total: count, priced: count, failed: 0, calls: count });
    await pool.expectEachOnce(id, skusOf(snapshots));
    expect((await pool.ledger()).calls).toBe(count);
  }, 180_000);

  it('of a job whose worker was killed after it failed the rows, before it could tell the queue', async () => {
    const pool = await Pool.start();
    const snapshots = catalogue(1, { strategy: 'gone' });
    const id = await pool.submit(snapshots);
    const env = { CRASH_POINT: 'before-ack', LOCK_MS: '3000', WORKER_CONCURRENCY: '1' };
    const dying = pool.worker(env, { main: 'test/crashing-worker.ts' });
    await dying.then(
      (worker) => worker.exited,
      () => 'it died before it said that it was ready',
    );
    expect(await pool.watch(id)).toMatchObject({ failed: 1 });
    expect((await pool.queue.job(`${id}.0`))?.state).toBe('active');
    await pool.store.snapshots.observe(catalogue(1, { observedAtMs: Date.now() + 60_000 }));
    const { post } = await pool.api();
    expect(await (await post('/v1/jobs/replay', { ids: [`${id}.0`] })).json()).toMatchObject({ replayed: 1 });
    expect((await post('/v1/jobs/replay', { ids: [`${id}.0`] })).status).toBe(409);
    await pool.worker();
    expect(await pool.watch(id, isDone, true)).toMatchObject({ priced: 1, failed: 0, calls: 1 });
    await expect.poll(() => pool.connection.hlen(pool.store.keys.replaying()), { timeout: 60_000 }).toBe(0);
    await pool.expectEachOnce(id, skusOf(snapshots));
  });

  it('waits like any other work while the budget is used up', async () => {
    const pool = await Pool.start();
    const { id } = await failedWithoutCalls(pool, 20);
    const { post } = await pool.api();
    await pool.store.admission.setDailyLimit(0);
    await post('/v1/jobs/replay');
    await pool.worker();
    const rested = async () => (await pool.queue.bull.getRateLimitTtl()) > 0;
    await expect.poll(rested, { timeout: 60_000 }).toBe(true);
    expect(await pool.watch(id, () => true, true)).toMatchObject({
      status: 'running',
      failed: 0,
      waiting: 20,
      calls: 0,
    });
    await pool.store.admission.setDailyLimit(1_000_000_000);
    expect(await pool.watch(id)).toMatchObject({ priced: 20, failed: 0 });
  });
});
