import type { Redis } from 'ioredis';
import { type BatchRecord, readBatch } from './batch-record.ts';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** A batch that ended stays on the list so long, ms, that whoever looks at it each second sees how. */
const SEEN_FOR_MS = 10_000;

/** The batches that are being received or run, and those that ended a moment ago. */
export class UnderWay {
  readonly #forget = new Script('forget-under-way');
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  constructor(redis: Redis, keys: Keys, now: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /** Each of them, the oldest first, by its status; no jobs of the small door. */
  async list(): Promise<BatchRecord[]> {
    const k = this.#keys;
    // Ids sort by time.
    const ids = (await this.#redis.smembers(k.underWay())).sort();
    const hashes = await Promise.all(ids.map((id) => this.#redis.hgetall(k.batch(id))));
    const found: BatchRecord[] = [];
    const ended: string[] = [];
    for (const [i, id] of ids.entries()) {
      const hash = hashes[i] ?? {};
      const isOver = hash.status !== 'receiving' && hash.status !== 'running';
      if (isOver && !(this.#now() - Number(hash.finishedAtMs) < SEEN_FOR_MS)) ended.push(id);
      else if (hash.kind) found.push(readBatch(id, hash, this.#now()));
    }
    if (ended.length > 0) await this.#forget.run(this.#redis, [k.underWay(), ...ended.map(k.batch)], ended);
    return found;
  }
}
