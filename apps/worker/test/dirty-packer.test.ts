import { builtInStrategies, parseObservation } from '@reprice/pricing';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { endAfterTestFile, freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { DirtyPacker } from '../src/dirty-packer.ts';

test('SKUs stay where they are while the queue has no room for their priority, and any number of packers share the work', async () => {
  const redis = new Redis(testRedis().url, { maxRetriesPerRequest: null });
  endAfterTestFile(async () => redis.disconnect());
  const namespace = freshNamespace();
  const store = new Store(redis, { namespace });
  const queue = new PackQueue({ connection: redis, namespace, maxJobs: 4 });
  const packers = [1, 2, 3].map(() => new DirtyPacker(store.dirty, queue, 10, () => {}));
  const packAll = () => Promise.all(packers.map((packer) => packer.run()));
  const observe = async (sku: string, more: object) => {
    const input = { sku, price: '10.00', currency: 'EUR', ...more };
    const read = parseObservation(input, {
      currency: undefined,
      nowMs: Date.now(),
      strategies: new Set(Object.keys(builtInStrategies)),
    });
    if (read.ok) await store.observations.merge([read.observation], builtInStrategies);
  };

  for (let i = 0; i < 30; i++) await observe(`low-${i}`, { stock: 5 });
  await vi.waitFor(async () => expect((await store.dirty.due(50)).skus.low).toHaveLength(30), { timeout: 30_000 });
  await packAll();
  expect(await queue.waiting()).toMatchObject({ low: 3 });
  expect([await store.dirty.size(), await store.dirty.taken()]).toEqual([0, []]);

  // 3 jobs of 4: low work may fill 70 %, normal 85 %, critical all.
  await observe('late', { stock: 5 });
  await observe('urgent', { stock: 5 });
  await observe('urgent', { stock: 0 });
  await vi.waitFor(async () => {
    await packAll();
    expect(await queue.waiting()).toMatchObject({ critical: 1, low: 3 });
  }, 30_000);
  await vi.waitFor(async () => expect((await store.dirty.due(10)).skus.low).toEqual(['late']), { timeout: 30_000 });
  await packAll();
  expect(await store.dirty.size()).toBe(1);

  await queue.bull.obliterate({ force: true });
  await packAll();
  expect([await queue.waiting(), await store.dirty.size()]).toMatchObject([{ low: 1 }, 0]);
  await queue.close();
});
