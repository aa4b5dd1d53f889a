import { describe, expect, it } from 'vitest';
import type { FailedJob, FailingJob } from '../src/failed-job-record.ts';
import type { Store } from '../src/index.ts';
import { all, freshStore, safePriceOf, snapshotOf } from './fixture.ts';

type Fresh = ReturnType<typeof freshStore>;

/** An accepted batch of jobs with two SKUs each, none of them settled. */
async function batchOf(store: Store, jobs: number, priority: FailingJob['priority'] = 'normal') {
  const id = await store.batches.open({ kind: 'batch', priority, mode: 'live' });
  const packs = Array.from({ length: jobs }, (_, i) => ({
    first: 2 * i,
    strategy: 'balanced',
    skus: [`${id}-${2 * i}`, `${id}-${2 * i + 1}`],
  }));
  await store.batches.stage(id, { packs });
  await store.batches.commit(id);
  const jobOf = (i: number, more: Partial<FailingJob> = {}): FailingJob => {
    const { first = 0, skus = [], strategy = '' } = packs[i] ?? {};
    return { id: `${id}.${first}`, batchId: id, priority, strategy, replays: 0, skus, ordinals: first, ...more };
  };
  return { id, jobOf };
}

/** Fails rows of a job; both unless stated. */
async function fail(store: Store, job: FailingJob, reason = 'gateway_failed', ordinals?: readonly number[]) {
  const first = job.ordinals as number;
  const failed = (ordinals ?? job.skus.map((_, i) => first + i)).map((ordinal) => {
    const sku = job.skus[ordinal - first] ?? '';
    const failedAt = '2026-01-01T00:00:00.000Z';
    return { ordinal, failure: { sku, reason, detail: `${reason} it is`, jobId: job.id, failedAt } };
  });
  return await store.failedJobs.fail(job, failed);
}

async function publish(store: Store, batchId: string, ordinal: number) {
  const snapshot = snapshotOf(`${batchId}-${ordinal}`);
  const row = {
    ordinal,
    fence: 0,
    sku: snapshot.sku,
    safePrice: safePriceOf(snapshot, '11.00'),
    previousMinor: 1000,
    strategy: 'balanced',
    reason: 'market',
    costUsd: '0.00',
    snapshotAtMs: snapshot.observedAtMs,
  };
  return await store.prices.publish({ batchId, jobId: 'x', source: 'model', pricedAtMs: 1_700_000_001_000 }, [row]);
}

const listed = async (store: Store, filter = {}) => await all(store.failedJobs.scan(filter));
const only = async (store: Store): Promise<FailedJob> => {
  const jobs = await listed(store);
  expect(jobs).toHaveLength(1);
  return jobs[0] as FailedJob;
};

/** Everything in Redis but what time passing changes. */
async function everything({ redis, prefix }: Fresh): Promise<Record<string, string>> {
  const keys = (await redis.keys(`${prefix}*`)).sort();
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, (await redis.dump(key)) ?? ''])));
}

describe('a failed job', () => {
  it('is listed in the same step that settles its rows, with all that it takes to run it again', async () => {
    const { store } = freshStore();
    const { jobOf } = await batchOf(store, 1, 'high');
    const before = await store.failedJobs.nowMs();
    expect(await fail(store, jobOf(0), 'refused', [1])).toBe(1);
    const job = await only(store);
    expect(job).toMatchObject({ ...jobOf(0), reason: 'refused', detail: 'refused it is' });
    expect(job.failedAtUs / 1000).toBeGreaterThanOrEqual(before);
    expect(job.failedAtUs / 1000).toBeLessThanOrEqual(await store.failedJobs.nowMs());
    expect(await store.failedJobs.skusOf(job)).toEqual([jobOf(0).skus[1]]);
    await store.snapshots.observe([snapshotOf(job.skus[1] ?? '', { stock: 7 })]);
    expect((await store.snapshots.load(job.batchId, job.skus, [0, 1])).rows[1]).toEqual({ settled: true });
    expect((await store.snapshots.loadAnew(job.batchId, job.skus)).rows).toMatchObject([
      { settled: false },
      { settled: false, snapshot: { stock: 7 } },
    ]);
    expect(await store.failedJobs.idsOf(job.batchId)).toEqual([job.id]);
    expect(await store.failedJobs.get([job.id, 'b.9'])).toEqual([job, undefined]);
  });

  it('is listed once, also when more of it fails, and not at all when nothing new fails or the batch is over', async () => {
    const { store, redis } = freshStore();
    const { id, jobOf } = await batchOf(store, 1);
    await fail(store, jobOf(0), 'refused', [0]);
    expect(await fail(store, jobOf(0), 'again', [0])).toBe(0);
    expect((await only(store)).reason).toBe('refused');
    await fail(store, jobOf(0), 'internal_error', [0, 1]);
    expect((await only(store)).reason).toBe('internal_error');
    expect(await store.failedJobs.countByReason()).toEqual(new Map([['internal_error', 1]]));
    await redis.hset(store.keys.batch(id), 'status', 'cancelled');
    await redis.del(store.keys.settled(id));
    expect(await fail(store, jobOf(0), 'late')).toBe(0);
    expect((await only(store)).reason).toBe('internal_error');
  });

  it('is found by reason, priority, batch and time, the oldest or the newest first', async () => {
    const { store } = freshStore();
    const low = await batchOf(store, 3, 'low');
    const high = await batchOf(store, 2, 'high');
    for (const i of [0, 1, 2]) await fail(store, low.jobOf(i), i === 1 ? 'refused' : 'gateway_failed');
    for (const i of [0, 1]) await fail(store, high.jobOf(i), 'refused');
    const ids = async (filter: object, order = {}) =>
      (await all(store.failedJobs.scan(filter, order))).map((job) => job.id);
    const [a, b, c] = [0, 1, 2].map((i) => low.jobOf(i).id);
    const [d, e] = [0, 1].map((i) => high.jobOf(i).id);
    expect(await ids({})).toEqual([a, b, c, d, e]);
    expect(await ids({}, { newestFirst: true })).toEqual([e, d, c, b, a]);
    expect(await ids({ reason: 'refused' })).toEqual([b, d, e]);
    expect(await ids({ reason: 'refused', priority: 'high' })).toEqual([d, e]);
    expect(await ids({ batchId: low.id })).toEqual([a, b, c]);
    expect(await ids({ reason: 'none' })).toEqual([]);
    const third = (await listed(store))[2] as FailedJob;
    expect(await ids({ sinceMs: third.failedAtUs / 1000 })).toEqual([c, d, e]);
    expect(await ids({ beforeMs: third.failedAtUs / 1000 })).toEqual([a, b]);
    expect(await ids({}, { newestFirst: true, afterUs: third.failedAtUs })).toEqual([b, a]);
    expect(await ids({}, { afterUs: third.failedAtUs })).toEqual([d, e]);
    expect([...(await store.failedJobs.countByReason())]).toEqual([
      ['refused', 3],
      ['gateway_failed', 2],
    ]);
    expect(await store.failedJobs.countByReason({ reason: 'refused' })).toEqual(new Map([['refused', 3]]));
    expect(await store.failedJobs.countByReason({ priority: 'low' })).toEqual(
      new Map([
        ['gateway_failed', 2],
        ['refused', 1],
      ]),
    );
  });

  it('is among the oldest that a replay takes, and counted with the others', async () => {
    const { store } = freshStore();
    const { id, jobOf } = await batchOf(store, 1100);
    for (let i = 0; i < 1100; i++) await fail(store, jobOf(i), i % 2 ? 'refused' : 'gateway_failed');
    const oldest = async (filter: object, limit: number) => {
      const { jobs, matched } = await store.failedJobs.oldest(filter, limit);
      return [jobs.length, jobs.at(-1)?.id, matched];
    };
    expect(await oldest({}, 3)).toEqual([3, `${id}.4`, 1100]);
    expect(await oldest({}, 5000)).toEqual([1100, `${id}.2198`, 1100]);
    expect(await oldest({ reason: 'refused' }, 3)).toEqual([3, `${id}.10`, 550]);
    expect(await oldest({ batchId: id }, 0)).toEqual([0, undefined, 1100]);
    const { failedAtUs } = (await store.failedJobs.get([jobOf(1000).id]))[0] as FailedJob;
    expect(await oldest({ beforeMs: failedAtUs / 1000 }, 1)).toEqual([1, `${id}.0`, 1000]);
    expect(await oldest({ sinceMs: failedAtUs / 1000 }, 1)).toEqual([1, `${id}.2000`, 100]);
  });

  it('is found among more than fit into one read, each once', async () => {
    const { store } = freshStore();
    const { jobOf } = await batchOf(store, 1203);
    await Promise.all(Array.from({ length: 1203 }, (_, i) => fail(store, jobOf(i))));
    for (const newestFirst of [false, true]) {
      const times = (await all(store.failedJobs.scan({}, { newestFirst }))).map((job) => job.failedAtUs);
      expect(new Set(times).size).toBe(1203);
      expect(times).toEqual(times.toSorted((x, y) => (newestFirst ? y - x : x - y)));
    }
  });

  it('is forgotten after its time, the count of its reason with it', async () => {
    const { store, redis, prefix } = freshStore();
    const { id, jobOf } = await batchOf(store, 3);
    for (const i of [0, 1, 2]) await fail(store, jobOf(i), 'refused');
    expect(await store.failedJobs.prune()).toBe(0);
    await redis.zadd(store.keys.failedJobsAt(), 1_000_000, jobOf(0).id, 2_000_000, jobOf(2).id);
    expect(await store.failedJobs.prune()).toBe(2);
    expect((await only(store)).id).toBe(jobOf(1).id);
    expect(await store.failedJobs.countByReason()).toEqual(new Map([['refused', 1]]));
    await redis.zadd(store.keys.failedJobsAt(), 1_000_000, jobOf(1).id);
    await store.failedJobs.prune();
    expect(await redis.keys(`${prefix}failed-jobs*`)).toEqual([]);
    expect((await store.batches.get(id))?.failed).toBe(6);
  });
});

describe('revive', () => {
  it('lets the failed rows of the job wait again, never those that are priced or failed in another job', async () => {
    const { store } = freshStore();
    const { id, jobOf } = await batchOf(store, 2);
    expect(await publish(store, id, 0)).toEqual(['published']);
    await fail(store, jobOf(0), 'gateway_failed', [1]);
    await fail(store, jobOf(1));
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', priced: 1, failed: 3, waiting: 0 });
    const [job] = await store.failedJobs.get([jobOf(0).id]);
    expect(await store.failedJobs.revive(job as FailedJob)).toBe(1);
    expect(await store.batches.get(id)).toMatchObject({
      status: 'running',
      finishedAt: null,
      priced: 1,
      failed: 2,
      waiting: 1,
    });
    const { rows } = await store.snapshots.load(id, [...jobOf(0).skus, ...jobOf(1).skus], [0, 1, 2, 3]);
    expect(rows.map((row) => row.settled)).toEqual([true, false, true, true]);
    expect((await all(store.batches.failures(id))).map((f) => f.jobId)).toEqual([jobOf(1).id, jobOf(1).id]);
    expect(await all(store.failedJobs.revived())).toEqual([jobOf(0, { replays: 1 })]);
    expect((await only(store)).id).toBe(jobOf(1).id);
    await store.failedJobs.requeued([jobOf(0, { replays: 1 })]);
    expect(await all(store.failedJobs.revived())).toEqual([]);
    expect(await publish(store, id, 1)).toEqual(['published']);
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', priced: 2, failed: 2, waiting: 0 });
  });

  it('of one job a hundred times at once takes effect once', async () => {
    const { store } = freshStore();
    const { id, jobOf } = await batchOf(store, 1);
    await fail(store, jobOf(0));
    const job = await only(store);
    const results = await Promise.all(Array.from({ length: 100 }, () => store.failedJobs.revive(job)));
    expect(results.filter((rows) => rows !== 0)).toEqual([2]);
    expect(await store.batches.get(id)).toMatchObject({ status: 'running', failed: 0, waiting: 2 });
    expect(await all(store.failedJobs.revived())).toHaveLength(1);
  });

  it('changes nothing when the job was taken back, or failed anew, since it was read', async () => {
    const fresh = freshStore();
    const { store } = fresh;
    const { jobOf } = await batchOf(store, 1);
    await fail(store, jobOf(0));
    const job = await only(store);
    await store.failedJobs.revive(job);
    await fail(store, jobOf(0, { replays: 1 }));
    const before = await everything(fresh);
    expect(await store.failedJobs.revive(job)).toBe(0);
    expect(await everything(fresh)).toEqual(before);
    expect(await store.failedJobs.revive(await only(store))).toBe(2);
    expect((await all(store.failedJobs.revived())).map((revived) => revived.replays)).toEqual([1, 2]);
    await store.failedJobs.requeued([jobOf(0, { replays: 1 })]);
    expect((await all(store.failedJobs.revived())).map((revived) => revived.replays)).toEqual([2]);
  });

  it('forgets a job whose batch is gone or cancelled', async () => {
    const { store, redis } = freshStore();
    const cancelled = await batchOf(store, 1);
    const gone = await batchOf(store, 2);
    await fail(store, cancelled.jobOf(0));
    await fail(store, gone.jobOf(0));
    await redis.hset(store.keys.batch(cancelled.id), 'status', 'cancelled');
    await store.batches.abandon(gone.id);
    for (const job of await listed(store)) expect(await store.failedJobs.revive(job)).toBe('gone');
    expect(await listed(store)).toEqual([]);
    expect(await store.failedJobs.countByReason()).toEqual(new Map());
    expect(await all(store.failedJobs.revived())).toEqual([]);
    expect(await store.batches.get(gone.id)).toBeUndefined();
    expect((await store.batches.get(cancelled.id))?.failed).toBe(2);
  });

  it('takes the TTL of a batch that was done away from all of it, and the batch gets it back when it is done again', async () => {
    const { store, redis } = freshStore();
    const { id, jobOf } = await batchOf(store, 2);
    await publish(store, id, 0);
    await fail(store, jobOf(0), 'refused', [1]);
    await fail(store, jobOf(1));
    const parts = [store.keys.batch(id), ...store.keys.partsOf(id)];
    const ttls = async () => (await Promise.all(parts.map((key) => redis.ttl(key)))).filter((ttl) => ttl !== -2);
    expect(Math.min(...(await ttls()))).toBeGreaterThan(29 * 24 * 3600);
    for (const job of await listed(store)) await store.failedJobs.revive(job);
    expect(new Set(await ttls())).toEqual(new Set([-1]));
    for (const i of [0, 1]) await fail(store, jobOf(i, { replays: 1 }));
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', priced: 1, failed: 3 });
    expect(Math.min(...(await ttls()))).toBeGreaterThan(29 * 24 * 3600);
  });

  it('keeps the lines of a batch adding up, whoever fails, prices and replays at once', async () => {
    const { store } = freshStore();
    const { id, jobOf } = await batchOf(store, 40);
    let over = false;
    const polling = (async () => {
      for (let polls = 0; !over || polls === 0; polls++) {
        const b = await store.batches.get(id);
        if (!b) throw new Error('gone');
        expect(b.unchanged + b.priced + b.held + b.failed + b.waiting).toBe(b.total);
        expect(Math.min(b.priced, b.failed, b.waiting)).toBeGreaterThanOrEqual(0);
        expect(b.status === 'done').toBe(b.waiting === 0);
      }
    })();
    await Promise.all(Array.from({ length: 40 }, (_, i) => fail(store, jobOf(i))));
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for await (const jobs of store.failedJobs.scan({}))
          await Promise.all(
            jobs.map(async (job) => {
              if ((await store.failedJobs.revive(job)) === 0) return;
              const first = job.ordinals as number;
              await Promise.all([
                publish(store, id, first),
                fail(store, { ...job, replays: 1 }, 'refused', [first + 1]),
              ]);
            }),
          );
      }),
    );
    over = true;
    await polling;
    expect(await store.batches.get(id)).toMatchObject({
      status: 'done',
      total: 80,
      priced: 40,
      failed: 40,
      waiting: 0,
    });
  });

  it('starts the clock of the time to go anew', async () => {
    let now = 1_700_000_000_000;
    const { store } = freshStore({ now: () => now });
    const { id, jobOf } = await batchOf(store, 4);
    now += 1000;
    for (const i of [0, 1, 2]) await fail(store, jobOf(i));
    expect((await store.batches.get(id))?.etaSeconds).toBe(1);
    await fail(store, jobOf(3));
    now += 24 * 3600 * 1000;
    for (const job of await listed(store)) await store.failedJobs.revive(job);
    expect((await store.batches.get(id))?.etaSeconds).toBeNull();
    now += 2000;
    await publish(store, id, 0);
    await publish(store, id, 1);
    expect((await store.batches.get(id))?.etaSeconds).toBe(6);
  });
});

describe('the failures of a batch', () => {
  it('are each told once, also when there are many', async () => {
    const { store } = freshStore();
    const { id, jobOf } = await batchOf(store, 1500);
    await Promise.all(Array.from({ length: 1500 }, (_, i) => fail(store, jobOf(i))));
    const failures = await all(store.batches.failures(id));
    expect(failures).toHaveLength(3000);
    expect(new Set(failures.map((f) => f.sku)).size).toBe(3000);
    expect(failures).toContainEqual({
      sku: `${id}-7`,
      reason: 'gateway_failed',
      detail: 'gateway_failed it is',
      jobId: `${id}.6`,
      failedAt: '2026-01-01T00:00:00.000Z',
    });
  });
});
