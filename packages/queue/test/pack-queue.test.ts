import { priorities } from '@reprice/pricing';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import {
  enqueueStaged,
  LOCK_MS,
  type PackJob,
  PackQueue,
  type PackRun,
  PackWorker,
  type Verdict,
} from '../src/index.ts';
import type { PackWorkerOptions } from '../src/pack-worker.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function freshQueue(maxJobs?: number) {
  const connection = new Redis(testRedis().url, { maxRetriesPerRequest: null });
  closing.push(async () => connection.disconnect());
  const namespace = freshNamespace();
  const queue = new PackQueue({ connection, namespace, ...(maxJobs && { maxJobs }) });
  return { queue, connection, namespace };
}

/** A worker that has started; `rpm` is 0 = no limit unless stated. */
function workerOn(
  q: ReturnType<typeof freshQueue>,
  options: Pick<PackWorkerOptions, 'concurrency' | 'process'> & Partial<PackWorkerOptions>,
): PackWorker {
  const { connection, namespace, queue } = q;
  const rest = (ms: number) => queue.rest(ms);
  const worker = new PackWorker({ connection, namespace, rpm: 0, rest, onError: () => {}, ...options });
  worker.start();
  return worker;
}

/** Runs every pack through `process` until `count` runs ended. */
async function work(
  q: ReturnType<typeof freshQueue>,
  count: number,
  process: (run: PackRun) => Promise<Verdict> | Verdict,
  concurrency = 1,
) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const runs: PackRun[] = [];
  const worker = workerOn(q, {
    concurrency,
    onError: reject,
    process: async (run) => {
      runs.push(run);
      const verdict = await process(run);
      if (runs.length === count) setImmediate(resolve);
      return verdict;
    },
  });
  await promise;
  expect(await worker.stop(10_000)).toBe(true);
  return runs;
}

const packOf = (batchId: string, ordinals: number): PackJob => ({
  batchId,
  strategy: 'balanced',
  asked: 0,
  skus: ['__proto__'],
  ordinals,
});
const done: Verdict = { kind: 'done', summary: '' };

describe('PackQueue', () => {
  it('runs critical before high before normal before low, and first in first out within one', async () => {
    const q = freshQueue();
    const order = ['low', 'normal', 'critical', 'high', 'critical', 'low'] as const;
    for (const [i, priority] of order.entries()) await q.queue.enqueue([packOf('b', i)], priority);
    expect(await q.queue.waiting()).toEqual({ critical: 2, high: 1, normal: 1, low: 2 });
    const runs = await work(q, order.length, () => done);
    expect(runs.map((run) => [run.priority, run.pack.ordinals])).toEqual([
      ['critical', 2],
      ['critical', 4],
      ['high', 3],
      ['normal', 1],
      ['low', 0],
      ['low', 5],
    ]);
  });

  it('takes a pack once, however often it is enqueued', async () => {
    const q = freshQueue();
    const packs = Array.from({ length: 2500 }, (_, i) => packOf('b', i));
    await Promise.all([q.queue.enqueue(packs, 'low'), q.queue.enqueue(packs, 'low')]);
    expect((await q.queue.waiting()).low).toBe(2500);
  });

  it('has room for each priority until its share is full', async () => {
    const q = freshQueue(20);
    const roomFor = async () =>
      (await Promise.all(priorities.map((p) => q.queue.hasRoom(p)))).map((has) => (has ? 1 : 0)).join('');
    const seen: string[] = [];
    for (let jobs = 0; jobs <= 20; jobs++) {
      seen.push(await roomFor());
      await q.queue.enqueue([packOf('b', jobs)], 'low');
    }
    const runs = (text: string) => seen.filter((one) => one === text).length;
    // Of critical, high, normal, low: below 14 jobs all, below 17 not low, below 19 not normal, below 20 critical alone.
    expect([runs('1111'), runs('1110'), runs('1100'), runs('1000'), runs('0000')]).toEqual([14, 3, 2, 1, 1]);
    expect(await q.queue.room('low')).toEqual({ jobs: 21, most: 14, sharePercent: 70, maxJobs: 20 });
  });

  it('loses the waiting jobs of one batch when they are purged, also those that wait for a retry', async () => {
    const q = freshQueue();
    const packs = (batch: string) => Array.from({ length: 2300 }, (_, i) => packOf(batch, i));
    await q.queue.enqueue(packs('b1'), 'high');
    await q.queue.enqueue(packs('b10'), 'high');
    await q.queue.bull.add('late', packOf('b1', 9999), { jobId: 'b1.9999', priority: 2, delay: 60_000 });
    expect(await q.queue.purge('b1')).toBe(2301);
    expect(await q.queue.waiting()).toEqual({ critical: 0, high: 2300, normal: 0, low: 0 });
    expect(await q.queue.bull.getDelayedCount()).toBe(0);
    expect(await q.queue.job('b10.0')).toBeDefined();
    expect(await q.queue.purge('b1')).toBe(0);
  });

  it('shows a job, and knows none that is not there', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 7)], 'high');
    expect(await q.queue.job('b.7')).toMatchObject({
      id: 'b.7',
      state: 'prioritized',
      priority: 'high',
      pack: packOf('b', 7),
      attemptsMade: 0,
    });
    expect(await q.queue.job('b.8')).toBeUndefined();
  });
});

describe('PackWorker', () => {
  it('snoozes without losing an attempt or the place', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0), packOf('b', 1)], 'normal');
    let snoozes = 0;
    const runs = await work(q, 8, () => (++snoozes <= 6 ? { kind: 'snooze', restMs: 20 } : done));
    expect(runs.slice(0, 7).map((run) => run.pack.ordinals)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(runs.every((run) => !run.lastAttempt)).toBe(true);
    expect((await q.queue.job('b.0'))?.attemptsMade).toBe(1);
  });

  it('holds a pack so shortly that one of a killed worker runs again within 25 s', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0)], 'normal');
    let lockMs = 0;
    await work(q, 1, async ({ jobId }) => {
      lockMs = await q.connection.pttl(q.queue.bull.toKey(`${jobId}:lock`));
      return done;
    });
    expect(lockMs).toBeGreaterThan(0);
    // It runs out, and the others look for such locks three times as often.
    expect(Math.max(lockMs, LOCK_MS) * (1 + 1 / 3)).toBeLessThanOrEqual(25_000);
  });

  it('lets one wait, as often as it likes and without losing an attempt, while the others go on', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0), packOf('b', 1)], 'normal');
    let waits = 0;
    const runs = await work(q, 8, ({ pack }) =>
      pack.ordinals === 0 && ++waits <= 6 ? { kind: 'wait', waitMs: 20 } : done,
    );
    expect(runs.filter(({ pack }) => pack.ordinals === 0)).toHaveLength(7);
    expect(runs.every((run) => !run.lastAttempt)).toBe(true);
    expect(runs.findIndex(({ pack }) => pack.ordinals === 1)).toBe(1);
    expect(await q.queue.job('b.0')).toMatchObject({ attemptsMade: 1, state: 'completed' });
  });

  it('retries five times at most and tells the last one', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0)], 'normal');
    const runs = await work(q, 5, (run) =>
      run.lastAttempt ? { kind: 'fail', reason: 'gone' } : { kind: 'retry', reason: 'busy', retryAfterMs: 100 },
    );
    expect(runs.map((run) => run.lastAttempt)).toEqual([false, false, false, false, true]);
    expect(await q.queue.job('b.0')).toMatchObject({ state: 'failed', failedReason: 'gone' });
  });
});

describe('PackWorker, while it runs', () => {
  it('keeps its attempts and runs again when the rest is over already', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0)], 'normal');
    let runs = 0;
    const ended = await work(q, 2, () => (runs++ === 0 ? { kind: 'snooze', restMs: 0 } : done));
    expect(ended.map((run) => run.lastAttempt)).toEqual([false, false]);
  });

  it('runs again soon when a rest is ended before its time', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0)], 'normal');
    let runs = 0;
    const working = work(q, 2, () => (runs++ === 0 ? { kind: 'snooze', restMs: 60_000 } : done));
    await expect.poll(() => q.queue.bull.getRateLimitTtl()).toBeGreaterThan(10_000);
    await q.queue.endRest();
    await working;
  });

  it('keeps to a gate that is made narrower and wider', async () => {
    const q = freshQueue();
    await q.queue.enqueue(
      Array.from({ length: 40 }, (_, i) => packOf('b', i)),
      'normal',
    );
    let runs = 0;
    const worker = workerOn(q, {
      concurrency: 1,
      rpm: 60,
      process: async () => {
        runs++;
        return done;
      },
    });
    await expect.poll(() => runs).toBeGreaterThan(0);
    worker.setRpm(0);
    await expect.poll(() => runs).toBe(40);
    worker.setRpm(60);
    await q.queue.enqueue(
      Array.from({ length: 40 }, (_, i) => packOf('c', i)),
      'normal',
    );
    await expect.poll(() => runs).toBeGreaterThan(41);
    expect(runs).toBeLessThan(60);
    expect(await worker.stop(5000)).toBe(true);
  });

  it('takes nothing while it is held, and goes on when it is released', async () => {
    const q = freshQueue();
    let runs = 0;
    const worker = workerOn(q, {
      concurrency: 4,
      process: async () => {
        runs++;
        return done;
      },
    });
    await q.queue.enqueue([packOf('b', 0)], 'normal');
    await expect.poll(() => runs).toBe(1);
    await worker.hold();
    await q.queue.enqueue(
      Array.from({ length: 9 }, (_, i) => packOf('c', i)),
      'normal',
    );
    await q.connection.blpop(`${q.namespace}:nothing`, 1.5); // longer than a wait for a job lasts
    expect(runs).toBeLessThanOrEqual(2);
    await worker.release();
    await expect.poll(() => runs).toBe(10);
    expect(await worker.stop(5000)).toBe(true);
  });
});

describe('PackWorker, leaving', () => {
  it('gives packs back to their place, no attempt lost and none stalled, and lets go of nothing before', async () => {
    const q = freshQueue();
    await q.queue.enqueue([packOf('b', 0), packOf('b', 1), packOf('b', 2)], 'normal');
    const leaving = new AbortController();
    const worker = workerOn(q, {
      concurrency: 2,
      process: async () => {
        await new Promise((resolve) => leaving.signal.addEventListener('abort', resolve));
        return { kind: 'return' };
      },
    });
    await expect.poll(() => worker.running()).toEqual(['b.0', 'b.1']);
    expect(await worker.stop(50)).toBe(false);
    leaving.abort();
    expect(await worker.stop(5000)).toBe(true);
    expect(worker.running()).toEqual([]);
    expect(await q.queue.bull.getActiveCount()).toBe(0);
    expect((await q.queue.waiting()).normal).toBe(3);
    const runs = await work(q, 3, () => done);
    expect(runs.map((run) => run.pack.ordinals)).toEqual([0, 1, 2]);
    expect(await q.queue.job('b.0')).toMatchObject({ attemptsMade: 1 });
  });
});

describe('enqueueStaged', () => {
  it('moves every staged pack, also when it runs twice at once', async () => {
    const { queue } = freshQueue();
    const packs = Array.from({ length: 2345 }, (_, i) => ({ first: i * 2, strategy: 'balanced', skus: ['a', 'b'] }));
    let enqueued = 0;
    const batches = {
      get: async () => ({ priority: 'high' as const, startsAt: null }),
      staged: async (_: string, from: number, count: number) => packs.slice(from, from + count),
      enqueued: async () => {
        enqueued++;
      },
    };
    await Promise.all([enqueueStaged(batches, queue, 'b'), enqueueStaged(batches, queue, 'b')]);
    expect(enqueued).toBe(2);
    expect(await queue.waiting()).toEqual({ critical: 0, high: 2345, normal: 0, low: 0 });
    expect(await queue.job('b.4688')).toMatchObject({ pack: { batchId: 'b', skus: ['a', 'b'], ordinals: 4688 } });
  });
});
