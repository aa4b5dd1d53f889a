import type { Redis } from 'ioredis';
import { redisNowMs } from './redis-clock.ts';

/** What Redis tells of itself; '' or 0 where it does not. */
export interface RedisState {
  /** `redis_version`. */
  readonly version: string;
  readonly usedBytes: number;
  /** `maxmemory`; 0 = no limit of its own. */
  readonly maxBytes: number;
  /** Memory of its machine. */
  readonly systemBytes: number;
  readonly appendOnly: boolean;
  /** Whether the last write to the append-only file went well. */
  readonly appended: boolean;
  /** Whether the append-only file was rewritten well the last time. */
  readonly rewritten: boolean;
  /** Whether the last snapshot of all data to disk went well. */
  readonly saved: boolean;
  /** Its clock, ms since 1970. */
  readonly clockMs: number;
}

/** Asks Redis for its state, in one round trip. Throws what the connection throws. */
export async function readRedisState(redis: Redis): Promise<RedisState> {
  const [info, clockMs] = await Promise.all([redis.info('server', 'memory', 'persistence'), redisNowMs(redis)]);
  const field = (name: string): string => new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1] ?? '';
  return {
    version: field('redis_version'),
    usedBytes: Number(field('used_memory')),
    maxBytes: Number(field('maxmemory')),
    systemBytes: Number(field('total_system_memory')),
    appendOnly: field('aof_enabled') === '1',
    appended: field('aof_last_write_status') !== 'err',
    rewritten: field('aof_last_bgrewrite_status') !== 'err',
    saved: field('rdb_last_bgsave_status') !== 'err',
    clockMs,
  };
}
