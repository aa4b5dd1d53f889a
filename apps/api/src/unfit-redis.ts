import { UnfitRedisError } from '@reprice/process';
import { policyFault, type Store } from '@reprice/store';
import type { Redis } from 'ioredis';
import { within } from './within.ts';

/** Longest that a start waits for Redis, in ms; one that is away later says so by 503. */
const waitMs = 2000;

/** Throws an UnfitRedisError when Redis is there and may throw work away. A Redis that is away passes. */
export async function requireFitRedis(redis: Redis, store: Pick<Store, 'evictionPolicy'>): Promise<void> {
  const policy = await within(waitMs, firstPolicy(redis, store), undefined);
  const fault = policy === undefined ? '' : policyFault(policy);
  if (fault !== '') throw new UnfitRedisError(`${fault}.`);
}

/** Undefined when Redis cannot be reached at the first try. */
async function firstPolicy(redis: Redis, store: Pick<Store, 'evictionPolicy'>): Promise<string | undefined> {
  if (redis.status !== 'ready') {
    const isReady = await new Promise<boolean>((resolve) => {
      redis.once('ready', () => resolve(true)).once('close', () => resolve(false));
    });
    if (!isReady) return undefined;
  }
  return await store.evictionPolicy().catch(() => undefined);
}
