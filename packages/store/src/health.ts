import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** Whether this Redis can be trusted with work. */
export interface StoreHealth {
  readonly writable: boolean;
  /** `maxmemory-policy`; anything but `noeviction` may throw work away. Empty when Redis does not tell. */
  readonly policy: string;
  /** Whether the append-only file is on; without it a crash of Redis loses what was accepted. */
  readonly appendOnly: boolean;
  /** What is wrong and what to do, for a person; empty when nothing is. */
  readonly detail: string;
}

/** Writes to Redis and reads its settings. Never throws: what Redis answered is in `detail`. */
export async function checkHealth(redis: Redis, keys: Keys): Promise<StoreHealth> {
  try {
    const key = `${keys.prefix}health`;
    await redis.set(key, '1', 'EX', 60);
    const info = await redis.info('memory', 'persistence');
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? '';
    const appendOnly = /^aof_enabled:1/m.test(info);
    const detail =
      policy === 'noeviction'
        ? ''
        : `Redis evicts keys (maxmemory-policy ${policy}): CONFIG SET maxmemory-policy noeviction`;
    return { writable: true, policy, appendOnly, detail };
  } catch (error) {
    return {
      writable: false,
      policy: '',
      appendOnly: false,
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}
