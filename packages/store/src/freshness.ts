import {
  defaultStrategy,
  type FreshnessPolicy,
  isRetired,
  type Strategy,
  ttlSecondsOf,
  usualFreshness,
} from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { readRoutes } from './routes.ts';

/** How long the live price of a SKU holds where nothing moves enough. */
export interface Freshness {
  /** Its age from which on it is asked for anew with the next observation, s; 0 = never for its age. */
  readonly ttlSeconds: number;
  /** Whether that was learned of this SKU. */
  readonly learned: boolean;
  /** From when on the next observation reprices it, ms since 1970; absent = never for its age. */
  readonly dueAtMs?: number;
  /** `policy`: its policy is another since it was priced, or a canary priced it that was not promoted. */
  readonly because: 'age' | 'policy';
}

const BASIS = /^(\d*)\t\d*\t(\d*)(a?)\t/;

/** Reads what merge.lua would decide by if an observation came that moves nothing; undefined without a live price. */
export async function readFreshness(
  redis: Redis,
  keys: Keys,
  sku: string,
  strategies: Readonly<Record<string, Pick<Strategy, 'freshness'>>>,
): Promise<Freshness | undefined> {
  const [[pricedAt, changePercent, route], basis, stored, policies, canary] = await Promise.all([
    redis.hmget(keys.price(sku), 'pricedAt', 'changePercent', 'route'),
    redis.get(keys.basis(sku)),
    redis.get(keys.snapshot(sku)),
    redis.hgetall(keys.policies()),
    readRoutes(redis, keys),
  ]);
  if (!pricedAt) return undefined;
  const asked = stored?.split('\t')[15];
  const strategy = asked && Object.hasOwn(strategies, asked) ? asked : defaultStrategy;
  const policy: FreshnessPolicy = strategies[strategy]?.freshness ?? usualFreshness;
  const [, marked, seconds, byAge] = BASIS.exec(basis ?? '') ?? [];
  const pricedAtMs = Date.parse(pricedAt);
  const markedAtMs = Number(marked ?? 0);
  const wasAnswered = byAge === 'a' && changePercent && pricedAtMs >= markedAtMs;
  const ttlSeconds = ttlSecondsOf(policy, {
    ...(seconds && { seconds: Number(seconds) }),
    ...(wasAnswered && { changePercent: Number(changePercent) }),
  });
  const learned = policy.maxTtlSeconds !== undefined && Boolean(seconds);
  const sinceMs = Math.max(pricedAtMs, markedAtMs);
  const inForceMs = Number(policies[strategy]?.split('\t')[1] ?? 0);
  if (sinceMs < inForceMs) return { ttlSeconds, learned, dueAtMs: inForceMs, because: 'policy' };
  if (route === 'canary' && sinceMs <= canary.retiredAtMs && isRetired(canary, pricedAtMs))
    return { ttlSeconds, learned, dueAtMs: canary.retiredAtMs, because: 'policy' };
  const dueAt = ttlSeconds > 0 && { dueAtMs: sinceMs + ttlSeconds * 1000 };
  return { ttlSeconds, learned, ...dueAt, because: 'age' };
}
