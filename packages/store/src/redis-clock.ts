import type { Redis } from 'ioredis';

/** Redis' clock, ms since 1970, with its fractions. */
export async function redisNowMs(redis: Redis): Promise<number> {
  const [seconds, us] = await redis.time();
  return Number(seconds) * 1000 + Number(us) / 1000;
}
