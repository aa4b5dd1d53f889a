import { type Currency, defaultStrategy, type Observation, type Strategy, usualFreshness } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { type Freshness, readFreshness } from './freshness.ts';
import type { Keys } from './keys.ts';
import { encodeObservation } from './observation-text.ts';
import type { RatesInForce } from './rates-in-force.ts';
import { Script } from './script.ts';

/** What became of an observation. */
export type ObservationOutcome =
  /** Its SKU is marked to be repriced; `waits`: it was already. */
  | { readonly kind: 'repricing'; readonly reason: string; readonly waits: boolean }
  /** Stored; the live price still holds. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** Older than what is stored: nothing is changed. */
  | { readonly kind: 'stale' }
  /** Nothing is known of the SKU, and it names no price and currency. */
  | { readonly kind: 'unknown-sku' }
  /** It names another currency than the snapshot's, and no price; or the SKU has a live price. */
  | { readonly kind: 'currency-mismatch'; readonly currency: Currency }
  /** With what is stored its bounds contradict each other: this field is above the ceiling. */
  | { readonly kind: 'inconsistent'; readonly field: string }
  /** Its amounts were read in another currency than the snapshot has by now. */
  | { readonly kind: 'read-again'; readonly currency: Currency };

/** Most observations that one call should take: keeps it under some milliseconds, so that nobody else waits longer. */
export const MERGE_AT_ONCE = 200;

const MINUTE_MS = 60_000;

/** Merges observations into snapshots and marks dirty what they move. */
export class Observations {
  /** By which competitors' prices in other currencies are read. */
  readonly rates: RatesInForce;
  readonly #merge: Script;
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  /** @param clockKey a key that holds the time, see Script */
  constructor(redis: Redis, keys: Keys, now: () => number, rates: RatesInForce, clockKey?: string) {
    this.rates = rates;
    this.#merge = new Script('merge', clockKey);
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /** The currency of the snapshot of each SKU; undefined where there is none. */
  async currencies(skus: readonly string[]): Promise<(Currency | undefined)[]> {
    if (skus.length === 0) return [];
    const stored = await this.#redis.mget(skus.map(this.#keys.snapshot));
    return stored.map((text) => text?.split('\t', 5)[4]);
  }

  /** How long the live price of a SKU holds; undefined where it has none. */
  async freshness(
    sku: string,
    strategies: Readonly<Record<string, Pick<Strategy, 'freshness'>>>,
  ): Promise<Freshness | undefined> {
    return await readFreshness(this.#redis, this.#keys, sku, strategies);
  }

  /** Takes observations in their order; returns one outcome each. At most 200 at once (RangeError). */
  async merge(
    observations: readonly Observation[],
    strategies: Readonly<Record<string, Pick<Strategy, 'freshness'>>>,
  ): Promise<ObservationOutcome[]> {
    if (observations.length > MERGE_AT_ONCE)
      throw new RangeError(`merge() takes at most ${MERGE_AT_ONCE} observations`);
    if (observations.length === 0) return [];
    const k = this.#keys;
    const numbers = new Map<string, number>();
    for (const { sku } of observations) if (!numbers.has(sku)) numbers.set(sku, numbers.size + 1);
    const keys = [
      ...k.dirtySets(),
      k.dirtyCalm(),
      k.dirtyInFlight(),
      k.stats(Math.floor(this.#now() / MINUTE_MS)),
      k.policies(),
      k.routes(),
      ...[...numbers.keys()].flatMap((sku) => [k.snapshot(sku), k.price(sku), k.basis(sku)]),
    ];
    const policies = Object.entries(strategies).flatMap(([name, { freshness = usualFreshness }]) => [
      name,
      freshness.ttlSeconds,
      freshness.undercutPercent,
      freshness.minTtlSeconds ?? 0,
      freshness.maxTtlSeconds ?? 0,
    ]);
    const args = [k.snapshot('').length, defaultStrategy, policies.length / 5, ...policies];
    for (const observation of observations)
      args.push(numbers.get(observation.sku) ?? 0, encodeObservation(observation));
    const reply = (await this.#merge.run(this.#redis, keys, args)) as string[];
    return reply.map(readOutcome);
  }
}

function readOutcome(text: string): ObservationOutcome {
  const blank = text.indexOf(' ');
  const [kind, rest] = blank < 0 ? [text, ''] : [text.slice(0, blank), text.slice(blank + 1)];
  switch (kind) {
    case 'repricing':
    case 'waiting':
      return { kind: 'repricing', reason: rest, waits: kind === 'waiting' };
    case 'skipped':
      return { kind, reason: rest };
    case 'stale':
    case 'unknown-sku':
      return { kind };
    case 'currency-mismatch':
    case 'read-again':
      return { kind, currency: rest };
    case 'inconsistent':
      return { kind, field: rest };
    default:
      throw new RangeError(`merge.lua answered ${JSON.stringify(text)}`);
  }
}
