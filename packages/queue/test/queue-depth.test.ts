import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, it } from 'vitest';
import { type PackJob, PackQueue } from '../src/index.ts';

const connection = new Redis(testRedis().url, { maxRetriesPerRequest: null });
afterAll(() => connection.disconnect());
const freshQueue = () => new PackQueue({ connection, namespace: freshNamespace(), maxJobs: 50 });
const packOf = (ordinals: number): PackJob => ({ batchId: 'b', strategy: 'balanced', asked: 0, skus: ['a'], ordinals });

it('tells of each priority how many jobs wait and since when the next one does', async () => {
  const queue = freshQueue();
  expect(await queue.depth()).toEqual({
    waiting: { critical: 0, high: 0, normal: 0, low: 0 },
    active: 0,
    delayed: 0,
    oldestAtMs: {},
    restingMs: 0,
  });
  const added: number[] = [];
  for (const [i, priority] of (['low', 'normal', 'low', 'critical', 'normal'] as const).entries()) {
    await expect.poll(() => Date.now()).toBeGreaterThan(added.at(-1) ?? 0);
    await queue.enqueue([packOf(i)], priority);
    const job = await queue.bull.getJob(`b.${i}`);
    added.push(job?.timestamp ?? 0);
  }
  const { waiting, oldestAtMs } = await queue.depth();
  expect(waiting).toEqual({ critical: 1, high: 0, normal: 2, low: 2 });
  expect(oldestAtMs).toEqual({ critical: added[3], normal: added[1], low: added[0] });
  expect(queue.maxJobs).toBe(50);
});

it('tells how long everybody rests, and takes no window of the limiter for a rest', async () => {
  const queue = freshQueue();
  await connection.set(queue.bull.toKey('limiter'), 1_000_000, 'PX', 5000);
  expect((await queue.depth()).restingMs).toBe(0);
  await queue.rest(20_000);
  const { restingMs } = await queue.depth();
  expect(restingMs).toBeGreaterThan(10_000);
  expect(restingMs).toBeLessThanOrEqual(20_000);
});
