import type { ModelPrice, PriceWindow, TokenPrices } from './model-price.ts';

const MINUTE_MS = 60_000;
/** Windows are the same each day. */
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Clocks of provider and worker may differ by this much; near the edge of a window the dearer price counts. */
export const CLOCK_MARGIN_MS = MINUTE_MS;

/** What a model costs at a moment, ms since 1970. */
export function pricesAt(price: ModelPrice, atMs: number): TokenPrices {
  const minute = Math.floor((atMs % DAY_MS) / MINUTE_MS);
  return price.windows?.find((window) => holds(window, minute)) ?? price;
}

/**
 * The most that each kind of token may cost between two moments, ms since 1970, with a minute's margin at both ends: providers bill by the
 * moment at which a call arrives or at which it is answered, and do not say by whose clock.
 */
export function dearestPrices(price: ModelPrice, fromMs: number, untilMs: number): TokenPrices {
  if (!price.windows) return price;
  const [first, last] = [fromMs - CLOCK_MARGIN_MS, untilMs + CLOCK_MARGIN_MS];
  const inForce = [first, ...edges(price, first, last)].map((atMs) => pricesAt(price, atMs));
  return {
    inputNanoUsdPerMTok: Math.max(...inForce.map((prices) => prices.inputNanoUsdPerMTok)),
    cachedInputNanoUsdPerMTok: Math.max(...inForce.map((prices) => prices.cachedInputNanoUsdPerMTok)),
    outputNanoUsdPerMTok: Math.max(...inForce.map((prices) => prices.outputNanoUsdPerMTok)),
  };
}

/** When a model's price may change after `afterMs` and until `lastMs`, ms since 1970, the next first; nothing where it has no windows. */
export function edges({ windows = [] }: ModelPrice, afterMs: number, lastMs: number): number[] {
  const found: number[] = [];
  for (let dayMs = Math.floor(afterMs / DAY_MS) * DAY_MS; dayMs <= lastMs; dayMs += DAY_MS) {
    for (const { fromMinute, untilMinute } of windows)
      for (const minute of [fromMinute, untilMinute]) {
        const atMs = dayMs + minute * MINUTE_MS;
        if (atMs > afterMs && atMs <= lastMs) found.push(atMs);
      }
  }
  return found.sort((a, b) => a - b);
}

function holds({ fromMinute, untilMinute }: PriceWindow, minute: number): boolean {
  return fromMinute < untilMinute
    ? minute >= fromMinute && minute < untilMinute
    : minute >= fromMinute || minute < untilMinute;
}
