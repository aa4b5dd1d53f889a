import { builtInStrategies, parseObservation, strategySchema } from '@reprice/pricing';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { endAfterTestFile, freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { answerersByTier, DirtyPacker } from '../src/dirty-packer.ts';

const tiers = { rules: { belowValue: '20' }, large: { model: 'gpt-4.1', fromValue: '5000' } };
const strategies = { ...builtInStrategies, balanced: strategySchema.parse({ ...builtInStrategies.balanced, tiers }) };

test('SKUs that observations moved are packed by the tier that they have now', async () => {
  const redis = new Redis(testRedis().url, { maxRetriesPerRequest: null });
  endAfterTestFile(async () => redis.disconnect());
  const namespace = freshNamespace();
  const store = new Store(redis, { namespace });
  const queue = new PackQueue({ connection: redis, namespace });
  const packer = new DirtyPacker(store.dirty, queue, 25, () => {}, answerersByTier(store.snapshots, strategies));
  const stocks = { cheap: 1, usual: 100, dear: 900 };
  for (let i = 0; i < 9; i++) {
    const [name, stock] = Object.entries(stocks)[i % 3] ?? [];
    const read = parseObservation(
      { sku: `${name}-${i}`, price: '10.00', currency: 'EUR', stock },
      { currency: undefined, nowMs: Date.now(), strategies: new Set(Object.keys(strategies)) },
    );
    if (read.ok) await store.observations.merge([read.observation], strategies);
  }
  await vi.waitFor(
    async () => {
      await packer.run();
      expect(await store.dirty.size()).toBe(0);
    },
    { timeout: 30_000 },
  );
  const jobs = await queue.bull.getJobs(['prioritized', 'waiting']);
  const kinds = jobs.map(({ data }) => new Set((data.skus as string[]).map((sku) => sku.split('-')[0])));
  expect(kinds.map((kind) => kind.size)).toEqual(jobs.map(() => 1));
  expect(new Set(kinds.flatMap((kind) => [...kind]))).toEqual(new Set(Object.keys(stocks)));
  expect(jobs.flatMap(({ data }) => data.skus)).toHaveLength(9);
  await queue.close();
});

test('nothing is looked up where no strategy has tiers', () => {
  expect(answerersByTier({} as Store['snapshots'], builtInStrategies)).toBeUndefined();
});
