import type { Bounds } from './bounds.ts';
import { marketMinor } from './market.ts';
import { formatMoney } from './money.ts';
import { basisPoints, scaleDown } from './percentage.ts';
import { overstock, scarcity } from './scores.ts';
import type { Snapshot } from './snapshot.ts';
import { type Strategy, usualRules } from './strategy.ts';
import { type Suggestion, suggestionFrom } from './suggestion.ts';

/**
 * The deterministic baseline: the stated price drawn to the competitors' median by the strategy's weight, moved by its
 * stance and the two scores, held in bounds (which contain the margin). Same snapshot, bounds and strategy: same
 * suggestion. It prices where the budget is used up, and is what a model has to beat.
 */
export function rulesSuggestion(snapshot: Snapshot, bounds: Bounds, strategy: Strategy): Suggestion {
  const { minor, reason } = rulesPrice(snapshot, bounds, strategy);
  return suggestionFrom({ price: formatMoney(minor, snapshot.currency), reason });
}

/** The same as an amount in minor units. */
export function rulesPrice(snapshot: Snapshot, bounds: Bounds, strategy: Strategy): { minor: number; reason: string } {
  const rules = strategy.rules ?? usualRules;
  const market = marketMinor(snapshot.competitorsMinor);
  const marketBp = market === undefined ? 0 : basisPoints(rules.marketPercent);
  const anchor = scaleDown(snapshot.priceMinor, 10_000 - marketBp) + scaleDown(market ?? 0, marketBp);
  const riseBp = Math.round(scarcity(snapshot) * basisPoints(rules.scarcityPercent));
  const cutBp = Math.round(overstock(snapshot) * basisPoints(rules.overstockPercent));
  // A stance is a place beside the market: without a market there is nothing to stand beside, and the price would drift.
  const stanceBp = market === undefined ? 0 : basisPoints(rules.stancePercent);
  const wanted = scaleDown(anchor, Math.max(0, 10_000 + stanceBp + riseBp - cutBp));
  const minor = Math.min(Math.max(wanted, bounds.floorMinor), bounds.ceilingMinor);
  return { minor, reason: reasonFor(wanted, minor, bounds, riseBp, cutBp, marketBp) };
}

function reasonFor(
  wanted: number,
  minor: number,
  bounds: Bounds,
  riseBp: number,
  cutBp: number,
  marketBp: number,
): string {
  if (minor > wanted && bounds.floorBy === 'margin') return 'margin';
  if (riseBp > cutBp) return 'scarce';
  if (cutBp > riseBp) return 'overstock';
  return marketBp > 0 ? 'competitor' : 'hold';
}
