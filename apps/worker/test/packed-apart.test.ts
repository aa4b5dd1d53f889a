import {
  builtInStrategies,
  type Canary,
  isCanarySku,
  noCanary,
  parseObservation,
  strategySchema,
} from '@reprice/pricing';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { endAfterTestFile, freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { DirtyPacker } from '../src/dirty-packer.ts';
import { answerersNow } from '../src/packed-apart.ts';

const PACK_SIZE = 25;
const tiers = { rules: { belowValue: '20' }, large: { model: 'gpt-4.1', fromValue: '5000' } };
const tiered = { ...builtInStrategies, balanced: strategySchema.parse({ ...builtInStrategies.balanced, tiers }) };
const canary: Canary = { ...noCanary, id: 'c', state: 'running', percent: 10, model: 'gpt-4.1-nano' };

interface Moved {
  readonly sku: string;
  readonly stock: number;
  readonly strategy?: string;
}

/** Packs what observations have moved, all at once; returns the SKUs of each job. */
async function jobsOf(
  moved: readonly Moved[],
  strategies: typeof tiered,
  canaryNow: () => Canary,
): Promise<string[][]> {
  const redis = new Redis(testRedis().url, { maxRetriesPerRequest: null });
  endAfterTestFile(async () => redis.disconnect());
  const namespace = freshNamespace();
  const store = new Store(redis, { namespace });
  const queue = new PackQueue({ connection: redis, namespace });
  const answerers = answerersNow(store.snapshots, strategies, PACK_SIZE, canaryNow);
  const packer = new DirtyPacker(store.dirty, queue, PACK_SIZE, () => {}, answerers);
  const read = moved.map((item) =>
    parseObservation(
      { price: '10.00', currency: 'EUR', ...item },
      { currency: undefined, nowMs: Date.now(), strategies: new Set(Object.keys(strategies)) },
    ),
  );
  const observations = read.flatMap((item) => (item.ok ? [item.observation] : []));
  expect(observations).toHaveLength(moved.length);
  await store.observations.merge(observations, strategies);
  const isDue = async () => expect(Object.values((await store.dirty.due(500)).skus).flat()).toHaveLength(moved.length);
  await vi.waitFor(isDue, { timeout: 30_000 });
  await packer.run();
  expect(await store.dirty.size()).toBe(0);
  const jobs = await queue.bull.getJobs(['prioritized', 'waiting']);
  await queue.close();
  return jobs.map(({ data }) => data.skus as string[]);
}

const skus = (count: number): Moved[] => Array.from({ length: count }, (_, i) => ({ sku: `s-${i}`, stock: 100 }));
const routesOf = (job: readonly string[]) => new Set(job.map((sku) => isCanarySku(canary, sku)));

test.concurrent('SKUs that observations moved are packed by the tier that they have now', async () => {
  const stocks = { cheap: 1, usual: 100, dear: 900 };
  const moved = Object.entries(stocks).flatMap(([name, stock]) =>
    [1, 2, 3].map((i) => ({ sku: `${name}-${i}`, stock })),
  );
  const jobs = await jobsOf(moved, tiered, () => noCanary);
  const kinds = jobs.map((job) => [...new Set(job.map((sku) => sku.split('-')[0]))]);
  expect(kinds.toSorted()).toEqual([['cheap'], ['dear'], ['usual']]);
});

test.concurrent('SKUs that observations moved are packed by the route that they are on now', async () => {
  const jobs = await jobsOf(skus(200), tiered, () => canary);
  expect(jobs.map((job) => routesOf(job).size)).toEqual(jobs.map(() => 1));
  const forCanary = jobs.filter((job) => routesOf(job).has(true)).flat().length;
  expect(forCanary).toBeGreaterThan(0);
  expect(jobs).toHaveLength(Math.ceil(forCanary / PACK_SIZE) + Math.ceil((200 - forCanary) / PACK_SIZE));
});

const untiered = builtInStrategies as typeof tiered;

test.concurrent('SKUs of a strategy that the canary does not ask otherwise are packed as ever', async () => {
  const ownModel = { ...untiered, balanced: { ...untiered.balanced, model: 'gpt-4.1' } } as typeof tiered;
  expect(await jobsOf(skus(PACK_SIZE), ownModel, () => canary)).toHaveLength(1);
});

const shadow: Canary = { ...canary, mode: 'shadow' };

test.concurrent("a shadow's SKUs are packed apart where there are several packs", async () => {
  const jobs = await jobsOf(skus(200), untiered, () => shadow);
  expect(jobs.map((job) => routesOf(job).size)).toEqual(jobs.map(() => 1));
});

test.concurrent('a shadow makes no second call of what fits into one pack', async () => {
  expect(await jobsOf(skus(PACK_SIZE), untiered, () => shadow)).toHaveLength(1);
});

test.concurrent('nothing is looked up where no strategy has tiers and no canary is on', async () => {
  const answerers = answerersNow(
    { newest: () => Promise.reject(new Error('looked up')) },
    builtInStrategies,
    25,
    () => noCanary,
  );
  expect(await answerers(['a'])).toBeUndefined();
});
