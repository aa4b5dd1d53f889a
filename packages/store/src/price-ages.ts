import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** Keys that one look goes past, and prices of it that are read at most. */
const KEYS_A_LOOK = 1000;
const PRICES_A_LOOK = 200;
const SAMPLE = 1000;

/** How old live prices are, told from a sample: each look goes a little further round all keys, so it costs the same for ten million. */
export class PriceAges {
  readonly #redis: Redis;
  readonly #keys: Keys;
  #cursor = '0';
  readonly #sample = new Map<string, number>();

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** When a price was published last, ms since 1970 of Redis' clock; undefined when none was. */
  async newestAtMs(): Promise<number | undefined> {
    const [entry] = await this.#redis.xrevrange(this.#keys.changes(), '+', '-', 'COUNT', 1);
    return entry && Number(entry[0].split('-')[0]);
  }

  /** Looks at some more prices, and returns when those of the sample were published, ms since 1970. */
  async sample(): Promise<readonly number[]> {
    const [next, found] = await this.#redis.scan(this.#cursor, 'MATCH', this.#keys.everyPrice(), 'COUNT', KEYS_A_LOOK);
    this.#cursor = next;
    const some = found.slice(0, PRICES_A_LOOK);
    const times = await Promise.all(some.map((key) => this.#redis.hget(key, 'pricedAt')));
    for (const [i, key] of some.entries()) {
      this.#sample.delete(key);
      const atMs = Date.parse(times[i] ?? '');
      if (!Number.isNaN(atMs)) this.#sample.set(key, atMs);
    }
    for (const [oldest] of this.#sample) {
      if (this.#sample.size <= SAMPLE) break;
      this.#sample.delete(oldest);
    }
    return [...this.#sample.values()];
  }
}
