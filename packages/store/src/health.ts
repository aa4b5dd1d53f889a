import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** Whether this Redis can be trusted with work. */
export interface StoreHealth {
  readonly writable: boolean;
  /** `maxmemory-policy`; anything but `noeviction` may throw work away. Empty when Redis does not tell. */
  readonly policy: string;
  /** Whether the append-only file is on; without it a crash of Redis loses what was accepted. */
  readonly appendOnly: boolean;
  /** What is wrong and what to do, for a person and without secrets; empty when nothing is. */
  readonly detail: string;
}

const AWAY = 'Redis does not answer: it is away, frozen, or not to be reached at REDIS_URL.';

/** What the first word of a refusal means, and what to do. */
const refusals: Readonly<Record<string, string>> = {
  OOM: 'Redis is out of memory and takes no writes: raise maxmemory, or make room.',
  MISCONF: 'Redis cannot write to its disk and takes no writes: make room there, and look at its log.',
  READONLY: 'This Redis is a read-only replica: point REDIS_URL at the primary.',
  MASTERDOWN: 'This Redis is a replica whose primary is away: point REDIS_URL at the primary.',
  NOREPLICAS: 'Redis takes no writes, because too few replicas are connected.',
  LOADING: 'Redis is reading its data from disk; it takes writes when it is through.',
  BUSY: 'Redis is busy with a script.',
  NOAUTH: 'Redis wants a password: put it into REDIS_URL.',
  WRONGPASS: 'Redis refuses user or password of REDIS_URL.',
  NOPERM: 'The user of REDIS_URL is not allowed to do what Reprice needs.',
};

/** Writes to Redis and reads its settings, both at once. Never throws: what is wrong is in `detail`. */
export async function checkHealth(redis: Redis, keys: Keys): Promise<StoreHealth> {
  const [written, settings] = await Promise.allSettled([
    redis.set(keys.health(), '1', 'EX', 60),
    redis.info('memory', 'persistence'),
  ]);
  const info = settings.status === 'fulfilled' ? settings.value : '';
  const policy = policyIn(info);
  return {
    writable: written.status === 'fulfilled',
    policy,
    appendOnly: /^aof_enabled:1/m.test(info),
    detail: written.status === 'rejected' ? refusalOf(written.reason) : policyFault(policy),
  };
}

/** What Redis does when its memory is full (`maxmemory-policy`); '' when it does not tell. */
export async function evictionPolicy(redis: Redis): Promise<string> {
  return policyIn(await redis.info('memory'));
}

function policyIn(info: string): string {
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? '';
}

/** Why Redis throws work away, and the command that mends it; '' when it does not. */
export function policyFault(policy: string): string {
  if (policy === 'noeviction') return '';
  return `Redis may evict keys (maxmemory-policy ${policy || 'unknown'}), which loses accepted work and the budget's ledger: redis-cli CONFIG SET maxmemory-policy noeviction`;
}

function refusalOf(error: unknown): string {
  const word = /^-?([A-Z]+)\b/.exec(error instanceof Error ? error.message : '')?.[1] ?? '';
  return refusals[word] ?? AWAY;
}
