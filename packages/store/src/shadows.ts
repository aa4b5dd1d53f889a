import { type RouteTally, tallyOf } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** One SKU that both routes priced. */
export interface Comparison {
  readonly sku: string;
  readonly currency: string;
  /** What went live, or waits for a person: decimal text. */
  readonly stable: string;
  readonly shadow: string;
  /** Signed, per cent of the stable price, away from 0 to the next hundredth. */
  readonly differencePercent: number;
  readonly reasonStable: string;
  readonly reasonShadow: string;
  /** ISO 8601. */
  readonly comparedAt: string;
}

/** What came of a shadow so far. */
export interface ShadowFigures {
  readonly stable: RouteTally;
  readonly shadow: RouteTally;
  /** How often prices lay how many steps apart (differenceStep). */
  readonly steps: ReadonlyMap<number, number>;
  /** Why the shadow was not asked: SKUs by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** When something was compared for the first and the last time, ms of the worker's clock; 0 = never. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** One a SKU, the worst first. */
  readonly worst: readonly Comparison[];
}

/** How many comparisons are kept of those that lie furthest apart. */
export const WORST_COMPARISONS = 20;
const TTL_SECONDS = 40 * 24 * 3600;

/** What shadows answered beside the prices that went live. */
export class Shadows {
  readonly #record = new Script('record-shadow');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Adds counters and comparisons; false when that shadow runs no more, and nothing was done. Not for sending again: it would count twice. */
  async record(
    id: string,
    counts: ReadonlyMap<string, number>,
    comparisons: readonly (Comparison & { readonly steps: number })[],
    nowMs: number,
  ): Promise<boolean> {
    const k = this.#keys;
    const apart = (steps: number) => Math.abs(steps);
    const worst = comparisons
      .filter(({ steps }) => steps !== 0)
      .sort((a, b) => apart(b.steps) - apart(a.steps))
      .slice(0, WORST_COMPARISONS)
      .flatMap(({ steps, ...shown }) => [shown.sku, apart(steps), JSON.stringify(shown)]);
    const counters = [...counts].flat();
    const head = [id, TTL_SECONDS, nowMs, WORST_COMPARISONS, comparisons.length > 0 ? '1' : '0', counters.length];
    const keys = [k.routes(), k.shadow(id), k.shadowWorst(id), k.shadowWorstOf(id)];
    return (await this.#record.run(this.#redis, keys, [...head, ...counters, ...worst])) === 1;
  }

  /** What came of a shadow; of one that never was, nothing. */
  async read(id: string): Promise<ShadowFigures> {
    const [totals, worst] = await Promise.all([
      this.#redis.hgetall(this.#keys.shadow(id)),
      this.#redis.hvals(this.#keys.shadowWorstOf(id)),
    ]);
    const under = (prefix: string): [string, number][] =>
      Object.entries(totals).flatMap(([name, amount]): [string, number][] =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), Number(amount)]] : [],
      );
    return {
      stable: tallyOf(under('s:')),
      shadow: tallyOf(under('c:')),
      steps: new Map(under('d:').map(([step, count]) => [Number(step), count])),
      skipped: new Map(under('skipped:')),
      firstMs: Number(totals.firstMs ?? 0),
      lastMs: Number(totals.lastMs ?? 0),
      worst: worst
        .map((text) => JSON.parse(text) as Comparison)
        .sort((a, b) => Math.abs(b.differencePercent) - Math.abs(a.differencePercent)),
    };
  }
}
