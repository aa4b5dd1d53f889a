import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { repliesTo } from './replies.ts';

/** A freeze in force: no call is admitted, and no price goes live but what a person approves or rolls back. */
export interface Freeze {
  readonly reason: string;
  /** Name of the API key that asked for it. */
  readonly by: string;
  /** ms since 1970, of the clock of the process that asked. */
  readonly sinceMs: number;
}

/** The switch that stops all publishing at once, for all workers. It stays over restarts, until somebody lifts it. */
export class FreezeSwitch {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  constructor(redis: Redis, keys: Keys, now: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /** The freeze in force, or undefined. */
  async get(): Promise<Freeze | undefined> {
    const { reason, by, sinceMs } = await this.#redis.hgetall(this.#keys.freeze());
    return sinceMs === undefined ? undefined : { reason: reason ?? '', by: by ?? '', sinceMs: Number(sinceMs) };
  }

  /** Freezes from now on; of a freeze that is already in force the beginning stays. */
  async set(reason: string, by: string): Promise<void> {
    const key = this.#keys.freeze();
    // In one step: a freeze lifted in between would go on without a beginning, seen by nobody.
    const steps = this.#redis.multi().hsetnx(key, 'sinceMs', this.#now()).hset(key, { reason, by });
    await repliesTo(steps);
  }

  /** Lets calls and prices go again. */
  async lift(): Promise<void> {
    await this.#redis.del(this.#keys.freeze());
  }
}
