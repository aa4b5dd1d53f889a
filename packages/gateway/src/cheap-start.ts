import { costNanoUsd } from './cost.ts';
import type { ModelPrice } from './model-price.ts';
import { CLOCK_MARGIN_MS, DAY_MS, edges, pricesAt } from './price-window.ts';

/** Tokens of a usual pack, by which windows are compared: most of its prompt is the stable prefix, which providers cache. */
const USUAL_CALL = { promptTokens: 1100, cachedPromptTokens: 350, completionTokens: 400 };

/** Calls that are to be made, and when at the latest they must begin. */
export interface PlannedCalls {
  /** How many calls each model is to be asked for, by its price. */
  readonly calls: readonly { readonly price: ModelPrice; readonly count: number }[];
  readonly nowMs: number;
  readonly latestStartMs: number;
}

/** When these calls are cheapest to begin, ms since 1970: now, unless a later moment before the latest one is cheaper by list price. */
export function cheapestStartMs({ calls, nowMs, latestStartMs }: PlannedCalls): number {
  // Windows are the same each day, and of the cheapest moments the first is taken: none lies behind the first day.
  const lastMs = Math.min(latestStartMs, nowMs + DAY_MS + CLOCK_MARGIN_MS);
  // A minute into a window: nobody's clock must be so wrong that the call is billed at the price before.
  const moments = calls.flatMap(({ price }) =>
    edges(price, nowMs - CLOCK_MARGIN_MS, lastMs).map((atMs) => Math.max(nowMs, atMs + CLOCK_MARGIN_MS)),
  );
  const costAt = (atMs: number): number =>
    calls.reduce((sum, { price, count }) => sum + count * costNanoUsd(pricesAt(price, atMs), USUAL_CALL), 0);
  let best = { atMs: nowMs, cost: costAt(nowMs) };
  for (const atMs of moments.filter((moment) => moment <= lastMs).sort((a, b) => a - b)) {
    const cost = costAt(atMs);
    if (cost < best.cost) best = { atMs, cost };
  }
  return best.atMs;
}
