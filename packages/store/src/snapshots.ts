import {
  type Canary,
  decodePast,
  defaultStrategy,
  isRetired,
  noPast,
  type PastPrices,
  parseMoney,
  type Snapshot,
  withReplaced,
} from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';
import { decodeSnapshot, encodeSnapshot, movedAtMs } from './snapshot-text.ts';

/** What Redis knows of a SKU right after its snapshot was stored: enough to decide whether its price still holds. */
export interface Observed {
  /** When something material last moved, in ms since 1970. */
  readonly movedAtMs: number;
  /** The live price, if there is one: from which snapshot it was made, by which strategy and route, and when; ms since 1970. */
  readonly priced?: {
    readonly snapshotAtMs: number;
    readonly strategy: string;
    readonly pricedAtMs: number;
    readonly route: string;
  };
}

/** By what prices are made now. */
export interface InForce {
  /** Since when by the policy of the SKU's strategy, ms since 1970; 0 = ever. */
  readonly policySinceMs: number;
  readonly canary: Pick<Canary, 'retiredAtMs' | 'kept'>;
}

/**
 * Whether the live price still holds: made by the same strategy, by the policy in force and by no canary whose prices were retired, from a snapshot not
 * older than the last material move.
 */
export function priceHolds({ priced, movedAtMs }: Observed, strategy: string, inForce?: InForce): boolean {
  if (priced === undefined || priced.strategy !== strategy || priced.snapshotAtMs < movedAtMs) return false;
  if (inForce === undefined) return true;
  if (priced.route === 'canary' && isRetired(inForce.canary, priced.pricedAtMs)) return false;
  return priced.pricedAtMs >= inForce.policySinceMs;
}

/** One row of a pack, as a run finds it. */
export type LoadedRow =
  | { readonly settled: true }
  | {
      readonly settled: false;
      /** Absent when Redis holds no snapshot of the SKU. */
      readonly snapshot?: Snapshot;
      /** Revision of the live price, 0 when there is none. Publishing refuses a fence that is no longer the live revision. */
      readonly fence: number;
      /** The live price was made from this snapshot, or one from which nothing material moved since. */
      readonly holds?: true;
      /** The live price, in minor units of the snapshot's currency; absent when there is none or it is in another currency. */
      readonly liveMinor?: number;
      /** What was live before that, in the snapshot's currency: all that may still count in a rolling limit. */
      readonly past: readonly PastPrices[];
    };

/** A pack as a run finds it. */
export interface LoadedPack {
  /** `running` is the only status in which rows may be priced; `behind`: what observations moved waits for a feed; undefined when the batch is gone. */
  readonly status: string | undefined;
  readonly mode: 'live' | 'dry-run';
  readonly rows: readonly LoadedRow[];
}

/** Most SKUs one script call takes: keeps a call under about 2 ms, so that nobody else waits longer. */
export const OBSERVE_AT_ONCE = 500;

/** The newest snapshot of every SKU. */
export class Snapshots {
  readonly #observe = new Script('observe');
  readonly #load = new Script('load');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Stores snapshots in the order of their `observedAtMs`: one that is older than what Redis holds changes nothing.
   * Returns one entry a snapshot, in their order. At most 500 at once (RangeError).
   * @param arrivedAtMs when their request came; those observed at this very moment named none, and are late for no moment far ahead
   */
  async observe(snapshots: readonly Snapshot[], arrivedAtMs?: number): Promise<Observed[]> {
    if (snapshots.length > OBSERVE_AT_ONCE)
      throw new RangeError(`observe() takes at most ${OBSERVE_AT_ONCE} snapshots`);
    if (snapshots.length === 0) return [];
    const keys = [
      ...snapshots.map((s) => this.#keys.snapshot(s.sku)),
      ...snapshots.map((s) => this.#keys.price(s.sku)),
    ];
    const args = [...snapshots.map(encodeSnapshot), arrivedAtMs ?? ''];
    const reply = (await this.#observe.run(this.#redis, keys, args)) as string[];
    return snapshots.map(({ observedAtMs }, i) => {
      if (!reply[i]) return { movedAtMs: observedAtMs };
      const [movedAt = '', snapshotAt = '', strategy = '', pricedAt = '', route = ''] = reply[i].split(' ');
      const movedAtMs = Number(movedAt);
      if (!snapshotAt) return { movedAtMs };
      const priced = { snapshotAtMs: Date.parse(snapshotAt), strategy, pricedAtMs: Date.parse(pricedAt), route };
      return { movedAtMs, priced };
    });
  }

  /** Loads the rows of a pack: `ordinals[i]` is the place of `skus[i]` in its batch. */
  async load(batchId: string, skus: readonly string[], ordinals: readonly number[]): Promise<LoadedPack> {
    return await this.#read(batchId, skus, ordinals);
  }

  /** The newest snapshots of SKUs, in their order; undefined where there is none. */
  async newest(skus: readonly string[]): Promise<(Snapshot | undefined)[]> {
    const texts = await this.#redis.mget(skus.map(this.#keys.snapshot));
    return texts.map((text, i) => (text ? decodeSnapshot(skus[i] ?? '', text) : undefined));
  }

  /** As load() would find the rows of a pack if none of them were settled. */
  async loadAnew(batchId: string, skus: readonly string[]): Promise<LoadedPack> {
    return await this.#read(batchId, skus, undefined);
  }

  async #read(batchId: string, skus: readonly string[], ordinals: readonly number[] | undefined): Promise<LoadedPack> {
    const k = this.#keys;
    const keys = [
      k.batch(batchId),
      k.settled(batchId),
      k.trial(batchId),
      k.feedsInSync(),
      ...skus.map(k.snapshot),
      ...skus.map(k.price),
    ];
    const args = [k.snapshot('').length, ...(ordinals ?? skus.map(() => 0))];
    const reply = (await this.#load.run(this.#redis, keys, args)) as [string, string, string, string[], string[]];
    const [status, mode, settled, snapshots, prices] = reply;
    const rolling = prices.length > 0 ? await this.#rolling(skus, prices) : [];
    const rows = skus.map((sku, i): LoadedRow => {
      if (ordinals && settled[i] === '1') return { settled: true };
      const [revision = 0, price, currency, previous, pricedAt, from = '', strategy] = prices[i]?.split(' ') ?? [];
      const fence = Number(revision);
      const stored = snapshots[i];
      if (!stored) return { settled: false, fence, past: noPast };
      const snapshot = decodeSnapshot(sku, stored);
      const isOfStrategy = strategy === (snapshot.strategy ?? defaultStrategy);
      const known = { fence, ...(isOfStrategy && Date.parse(from) >= movedAtMs(stored) && { holds: true as const }) };
      const past = rolling[i] ? pastIn(snapshot.currency, rolling[i]) : noPast;
      const live = price && currency === snapshot.currency ? parseMoney(price, currency) : undefined;
      if (!live?.ok) return { settled: false, snapshot, ...known, past };
      const { minor: liveMinor } = live;
      const replaced = previous ? parseMoney(previous, snapshot.currency) : undefined;
      const replacedAtMs = Date.parse(pricedAt ?? '');
      if (!replaced?.ok || replaced.minor === liveMinor || Number.isNaN(replacedAtMs))
        return { settled: false, snapshot, ...known, liveMinor, past };
      const before = withReplaced(past, replaced.minor, replacedAtMs);
      return { settled: false, snapshot, ...known, liveMinor, past: before };
    });
    const isAsked = status === 'behind' && ordinals === undefined;
    return { status: isAsked ? 'running' : status || undefined, mode: mode === 'dry-run' ? 'dry-run' : 'live', rows };
  }

  /**
   * What rolling:<sku> holds of SKUs that were repriced, and '' of the others. It changes with the revision alone, so that the fence covers it
   * though it is read after the price.
   */
  async #rolling(skus: readonly string[], prices: readonly string[]): Promise<string[]> {
    const repriced = skus.filter((_, i) => prices[i] && !prices[i].startsWith('1 '));
    if (repriced.length === 0) return [];
    const texts = await this.#redis.mget(repriced.map(this.#keys.rolling));
    const bySku = new Map(repriced.map((sku, i) => [sku, texts[i] ?? '']));
    return skus.map((sku) => bySku.get(sku) ?? '');
  }
}

/** What rolling:<sku> holds, if it is of this currency. */
function pastIn(currency: string, rolling: string): readonly PastPrices[] {
  const blank = rolling.indexOf(' ');
  return rolling.slice(0, blank) === currency ? decodePast(rolling.slice(blank + 1)) : noPast;
}
