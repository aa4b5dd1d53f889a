import { setTimeout as sleep } from 'node:timers/promises';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { type PackJob, PackQueue, type PackRun, PackWorker, requeueRevived, type Verdict } from '../src/index.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function freshQueue() {
  const connection = new Redis(testRedis().url, { maxRetriesPerRequest: null });
  closing.push(async () => connection.disconnect());
  const namespace = freshNamespace();
  return { queue: new PackQueue({ connection, namespace }), connection, namespace };
}
type Fresh = ReturnType<typeof freshQueue>;

/** A worker that takes packs until the test ends. */
function work({ connection, namespace, queue }: Fresh, process: (run: PackRun) => Promise<Verdict> | Verdict) {
  const runs: PackRun[] = [];
  const worker = new PackWorker({
    connection,
    namespace,
    concurrency: 1,
    rpm: 0,
    rest: (ms) => queue.rest(ms),
    onError: () => {},
    process: async (run) => {
      runs.push(run);
      return await process(run);
    },
  });
  worker.start();
  const stop = () => worker.stop(10_000);
  closing.push(stop);
  return { runs, stop };
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(5);
}

const pack = (more: Partial<PackJob> = {}): PackJob => ({
  batchId: 'b',
  strategy: 'balanced',
  asked: 2,
  skus: ['sku'],
  ordinals: 0,
  ...more,
});
const again = pack({ asked: 0, replays: 1 });
const done: Verdict = { kind: 'done', summary: '' };
const stateOf = async (q: Fresh, id: string) => (await q.queue.job(id))?.state;
/** What the job's next run is given. */
const view = { id: 'b.0', state: 'prioritized', priority: 'high', pack: again, attemptsMade: 0 };

describe('requeue', () => {
  it('of a failed job: with its priority, its place behind others of that, all attempts and what it is told', async () => {
    const q = freshQueue();
    await q.queue.enqueue([pack()], 'high');
    const { stop } = work(q, (run) =>
      run.lastAttempt ? { kind: 'fail', reason: 'gone' } : { kind: 'retry', reason: 'busy', retryAfterMs: 100 },
    );
    await until(async () => (await stateOf(q, 'b.0')) === 'failed');
    await stop();
    expect((await q.queue.job('b.0'))?.attemptsMade).toBe(5);
    await q.queue.enqueue([pack({ ordinals: 1 })], 'high');
    await q.queue.enqueue([pack({ ordinals: 2 })], 'low');
    expect(await q.queue.requeue('b.0', again, 'high')).toBe('queued');
    expect(await q.queue.job('b.0')).toEqual(view);
    const { runs } = work(q, () => done);
    await until(() => runs.length === 3);
    expect(runs.map((run) => [run.jobId, run.priority, run.lastAttempt])).toEqual([
      ['b.1', 'high', false],
      ['b.0', 'high', false],
      ['b.2', 'low', false],
    ]);
  });

  it('of a completed job, whose worker was killed between failing its rows and failing the job', async () => {
    const q = freshQueue();
    await q.queue.enqueue([pack()], 'high');
    const { stop } = work(q, () => done);
    await until(async () => (await stateOf(q, 'b.0')) === 'completed');
    await stop();
    await q.queue.requeue('b.0', again, 'high');
    expect(await q.queue.job('b.0')).toEqual(view);
  });

  it('of a job that BullMQ no longer has: adds it under the same id', async () => {
    const q = freshQueue();
    await q.queue.requeue('b.0', again, 'high');
    expect(await q.queue.job('b.0')).toEqual(view);
  });

  it('of a waiting job: leaves it where it is, and tells it what to ask', async () => {
    const q = freshQueue();
    await q.queue.enqueue([pack(), pack({ ordinals: 1 })], 'high');
    await q.queue.requeue('b.0', again, 'high');
    expect(await q.queue.job('b.0')).toEqual(view);
    const { runs } = work(q, () => done);
    await until(() => runs.length === 2);
    expect(runs.map((run) => run.jobId)).toEqual(['b.0', 'b.1']);
  });

  it('of a delayed job: leaves it to come by itself', async () => {
    const q = freshQueue();
    await q.queue.enqueue([pack()], 'high');
    const { runs } = work(q, (run) =>
      run.lastAttempt || runs.length > 1 ? done : { kind: 'retry', reason: 'busy', retryAfterMs: 500 },
    );
    await until(async () => (await stateOf(q, 'b.0')) === 'delayed');
    expect(await q.queue.requeue('b.0', again, 'high')).toBe('queued');
    await until(() => runs.length === 2);
    expect(runs[1]?.pack).toEqual(again);
  });

  it('of an active job: does nothing and says so, since its worker may yet mark it as failed', async () => {
    const q = freshQueue();
    await q.queue.enqueue([pack()], 'high');
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const { runs } = work(q, (run) => (run.pack.replays ? done : promise));
    await until(() => runs.length === 1);
    expect(await q.queue.requeue('b.0', again, 'high')).toBe('active');
    resolve({ kind: 'fail', reason: 'x' });
    await until(async () => (await stateOf(q, 'b.0')) === 'failed');
    expect(await q.queue.requeue('b.0', again, 'high')).toBe('queued');
    await until(() => runs.length === 2);
    expect(runs[1]?.pack).toEqual(again);
  });

  it('by many at once runs the job once more', async () => {
    const q = freshQueue();
    await q.queue.enqueue([pack()], 'high');
    const first = work(q, () => ({ kind: 'fail', reason: 'x' }));
    await until(async () => (await stateOf(q, 'b.0')) === 'failed');
    await first.stop();
    await Promise.all(Array.from({ length: 50 }, () => q.queue.requeue('b.0', again, 'high')));
    expect(await q.queue.job('b.0')).toEqual(view);
    expect((await q.queue.waiting()).high).toBe(1);
  });

  it('of an earlier replay, by somebody late, does not take the job back to it', async () => {
    const q = freshQueue();
    const second = pack({ asked: 0, replays: 2 });
    await q.queue.requeue('b.0', second, 'high');
    const { stop } = work(q, () => ({ kind: 'fail', reason: 'x' }));
    await until(async () => (await stateOf(q, 'b.0')) === 'failed');
    await stop();
    expect(await q.queue.requeue('b.0', again, 'high')).toBe('queued');
    expect(await q.queue.job('b.0')).toMatchObject({ state: 'failed', pack: second });
  });
});

describe('requeueRevived', () => {
  it('tells which jobs are in the queue, and keeps those noted that a worker still has', async () => {
    const q = freshQueue();
    const jobs = [0, 1, 2].map((i) => ({
      id: `b.${i}`,
      batchId: 'b',
      priority: 'low' as const,
      strategy: 'balanced',
      replays: 1,
      skus: ['a'],
      ordinals: i,
    }));
    await q.queue.enqueue([pack({ ordinals: 1 })], 'low');
    const held = Promise.withResolvers<Verdict>();
    const { runs } = work(q, () => held.promise);
    await until(() => runs.length === 1);
    const noted: string[] = [];
    const reset: string[] = [];
    const store = {
      failedJobs: {
        requeued: async (those: readonly { id: string }[]) => void noted.push(...those.map((job) => job.id)),
      },
      runs: { reset: async (id: string) => void reset.push(id) },
    };
    await requeueRevived(store, q.queue, jobs);
    expect(noted).toEqual(['b.0', 'b.2']);
    expect(reset).toEqual(['b.0', 'b.1', 'b.2']);
    expect(await Job.fromId(q.queue.bull, 'b.2')).toMatchObject({ priority: 4, data: { asked: 0, replays: 1 } });
    held.resolve(done);
    await until(() => runs.length === 3);
  });
});
