import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** A worker that gave no sign of life for so long prices nothing. */
const ALIVE_MS = 10_000;

/** By which versions of the strategies prices are made, and since when: what was priced before is asked for anew. */
export class Policies {
  readonly #agree: Script;
  readonly #redis: Redis;
  readonly #keys: Keys;

  /** @param clockKey a key that holds the time, see Script */
  constructor(redis: Redis, keys: Keys, clockKey?: string) {
    this.#agree = new Script('agree-policies', clockKey);
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * A worker tells by which version it prices each strategy. A version comes into force, in this very moment, once all live workers price by
   * it. Returns the strategies over which they differ.
   */
  async agree(processId: string, versions: Readonly<Record<string, string>>): Promise<string[]> {
    const k = this.#keys;
    const keys = [k.processes(), k.policiesOfWorkers(), k.policies()];
    return (await this.#agree.run(this.#redis, keys, [
      processId,
      ALIVE_MS,
      ...Object.entries(versions).flat(),
    ])) as string[];
  }

  /** Since when the version in force of each strategy is, ms since 1970; 0 = for ever. */
  async sinceMs(): Promise<ReadonlyMap<string, number>> {
    const stored = await this.#redis.hgetall(this.#keys.policies());
    return new Map(Object.entries(stored).map(([name, text]) => [name, Number(text.split('\t')[1])]));
  }
}
