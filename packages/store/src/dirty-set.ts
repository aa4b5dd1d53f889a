import { defaultStrategy, type Priority, priorities } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** SKUs that were taken out of the dirty set: rows of a hidden batch, numbered without gaps from `first`. */
export interface TakenPack {
  readonly batchId: string;
  readonly first: number;
  readonly priority: Priority;
  readonly strategy: string;
  readonly skus: readonly string[];
  /** When, ms since 1970 of Redis' clock. */
  readonly takenAtMs: number;
}

/** SKUs that are due, by priority, the longest due first. */
export type DueSkus = Readonly<Record<Priority, readonly string[]>>;

/** A SKU is taken again after this at the soonest, ms: a burst of changes costs a call at its beginning and one at its end. */
export const SETTLE_MS = 3000;

/** A hidden batch takes what is packed in one hour. */
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Whether a batch is a hidden one, of SKUs that observations moved. */
export const isObserved = (batchId: string): boolean => batchId.startsWith('o');

/** The SKUs that observations moved, until their jobs are in the queue. */
export class DirtySet {
  readonly #due: Script;
  readonly #take: Script;
  readonly #land: Script;
  readonly #putBack: Script;
  readonly #settleUnchanged = new Script('settle-unchanged');
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  /** @param clockKey a key that holds the time, see Script */
  constructor(redis: Redis, keys: Keys, now: () => number, clockKey?: string) {
    this.#due = new Script('due', clockKey);
    this.#take = new Script('take', clockKey);
    this.#land = new Script('land', clockKey);
    this.#putBack = new Script('put-back', clockKey);
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /** Whether any SKU waits, due or not: one cheap command. */
  async hasAny(): Promise<boolean> {
    return (await this.#redis.exists(this.#keys.dirtySets())) > 0;
  }

  /**
   * The SKUs that are due now, at most `limit` of each priority, none while a feed is behind; and Redis' clock, ms since 1970. Less urgent
   * ones wait a little for others to share a call with, and when one of them is due, those go with it that would be soon.
   */
  async due(limit: number): Promise<{ skus: DueSkus; nowMs: number; isFeedBehind: boolean }> {
    const k = this.#keys;
    const keys = [...k.dirtySets(), k.feedsInSync(), k.dirtyCalm()];
    const reply = await this.#due.run(this.#redis, keys, [limit]);
    const [nowMs, behind, ...lists] = reply as [string, string, ...string[][]];
    const skus = Object.fromEntries(priorities.map((priority, i) => [priority, lists[i] ?? []]));
    return { skus: skus as unknown as DueSkus, nowMs: Number(nowMs), isFeedBehind: behind !== '' };
  }

  /**
   * Takes those of these SKUs that are still due, or go with one that is, and makes packs of them; what is in flight already, or has a price newer than what moved, is
   * left out. The packs stay noted until `enqueued`.
   */
  async take(
    priority: Priority,
    skus: readonly string[],
    packSize: number,
    answerers: readonly string[] = [],
  ): Promise<TakenPack[]> {
    const k = this.#keys;
    const nowMs = this.#now();
    const number = priorities.indexOf(priority) + 1;
    const id = `o${(Math.floor(nowMs / HOUR_MS) * HOUR_MS).toString(36).padStart(8, '0')}00${number}`;
    const keys = [
      k.dirty(priority),
      k.dirtyCalm(),
      k.dirtyInFlight(),
      k.dirtyPacks(),
      k.stats(Math.floor(nowMs / MINUTE_MS)),
      k.batch(id),
      ...k.partsOf(id),
      ...skus.flatMap((sku) => [k.snapshot(sku), k.price(sku)]),
    ];
    const args = [k.snapshot('').length, defaultStrategy, id, priority, number, packSize, SETTLE_MS, ...answerers];
    const cells = (await this.#take.run(this.#redis, keys, args)) as string[];
    return readPacks(cells);
  }

  /** The jobs of these packs are in the queue. */
  async enqueued(packs: readonly TakenPack[]): Promise<void> {
    if (packs.length === 0) return;
    await this.#redis.hdel(this.#keys.dirtyPacks(), ...packs.map(({ batchId, first }) => `${batchId}.${first}`));
  }

  /** The packs whose jobs are perhaps not in the queue. */
  async taken(): Promise<TakenPack[]> {
    return readPacks(Object.entries(await this.#redis.hgetall(this.#keys.dirtyPacks())).flat());
  }

  /** These rows of a hidden batch have had a run: those that are settled are in flight no longer. */
  async landed(batchId: string, skus: readonly string[], ordinals: readonly number[]): Promise<void> {
    const k = this.#keys;
    const keys = [...k.dirtySets(), k.dirtyCalm(), k.dirtyInFlight(), k.settled(batchId)];
    await this.#land.run(this.#redis, keys, [batchId, ...skus.flatMap((sku, i) => [sku, ordinals[i] ?? 0])]);
  }

  /** Puts SKUs of a hidden batch back into the dirty set, where they wait until no feed is behind; those whose rows are settled stay as they are. */
  async putBack(
    batchId: string,
    priority: Priority,
    skus: readonly string[],
    ordinals: readonly number[],
  ): Promise<void> {
    const k = this.#keys;
    const keys = [...k.dirtySets(), k.dirtyCalm(), k.dirtyInFlight(), k.batch(batchId), ...k.partsOf(batchId)];
    const args = [batchId, this.#now(), k.batchDone(), priorities.indexOf(priority) + 1];
    await this.#putBack.run(this.#redis, keys, [...args, ...skus.flatMap((sku, i) => [sku, ordinals[i] ?? 0])]);
  }

  /** Settles rows of a hidden batch whose live price is newer than what moved. */
  async settleUnchanged(batchId: string, ordinals: readonly number[]): Promise<void> {
    if (ordinals.length === 0) return;
    const k = this.#keys;
    const keys = [k.batch(batchId), ...k.partsOf(batchId)];
    await this.#settleUnchanged.run(this.#redis, keys, [batchId, this.#now(), k.batchDone(), ...ordinals]);
  }

  /** How many SKUs wait to be packed. */
  async size(): Promise<number> {
    const sizes = await Promise.all(this.#keys.dirtySets().map((key) => this.#redis.zcard(key)));
    return sizes.reduce((sum, n) => sum + n, 0);
  }
}

function readPacks(cells: readonly string[]): TakenPack[] {
  const packs: TakenPack[] = [];
  for (let i = 0; i < cells.length; i += 2) {
    const [batchId = '', first] = cells[i]?.split('.') ?? [];
    const [priority, takenAt, strategy = '', ...skus] = cells[i + 1]?.split('\t') ?? [];
    packs.push({
      batchId,
      first: Number(first),
      priority: priority as Priority,
      strategy,
      skus,
      takenAtMs: Number(takenAt),
    });
  }
  return packs;
}
