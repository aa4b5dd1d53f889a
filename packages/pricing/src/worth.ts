import { boundsFor } from './bounds.ts';
import { guardAmount } from './guardrails.ts';
import type { RecentPrices } from './past-prices.ts';
import { rulesPrice } from './rules.ts';
import type { Snapshot } from './snapshot.ts';
import type { Strategy } from './strategy.ts';

/** What a published price was made from, as far as the rules engine would have read it. */
export interface PricedFrom {
  readonly snapshot: Snapshot;
  readonly strategy: Strategy;
  /** The price that it replaced: the live one, else the stated one. */
  readonly currentMinor: number;
  readonly recent: RecentPrices;
}

/**
 * The price that the rules engine would have published in a model's place, minor units: the same snapshot, bounds, limits and rounding.
 * undefined where the guardrails would have let none through.
 */
export function rulesPriceMinor({ snapshot, strategy, currentMinor, recent }: PricedFrom): number | undefined {
  const { guardrails } = strategy;
  const bounds = boundsFor(snapshot, guardrails);
  if ('conflict' in bounds) return undefined;
  const { minor } = rulesPrice(snapshot, bounds, strategy);
  const guarded = guardAmount({ minor, exact: true }, snapshot, currentMinor, bounds, guardrails, recent);
  return 'minor' in guarded ? guarded.minor : undefined;
}

/** How far a price lies from another, in whole basis points of that other. */
export function differenceBp(minor: number, fromMinor: number): number {
  return Math.round(((minor - fromMinor) / fromMinor) * 10_000);
}
