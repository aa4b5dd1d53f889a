/** How many comparisons lay in a span of differences, per cent of the stable price. */
export interface ParityBin {
  /** Further down than that; null = no matter how far. Of the bin of equal prices both are 0. */
  readonly fromPercent: number | null;
  readonly toPercent: number | null;
  readonly count: number;
}

/** How far the shadow's prices lay from those that went live. */
export interface Parity {
  readonly compared: number;
  /** Share of the comparisons that differed by at most the asked per cent, 0 to 100; undefined where there are none. */
  readonly withinShare: number | undefined;
  /** In the middle of all, signed, in steps of 0.01 %; undefined where there are none. */
  readonly medianPercent: number | undefined;
  /** From far below the stable price to far above. */
  readonly histogram: readonly ParityBin[];
}

/** Differences are counted in hundredths of a per cent of the stable price; what is further off than 1,000 % counts as that. */
const STEPS_A_PERCENT = 100;
const FARTHEST = 1000 * STEPS_A_PERCENT;
const EDGES_PERCENT = [1, 2, 5, 10] as const;

/**
 * How far the shadow's price is from the stable one, in hundredths of a per cent of it, away from 0 to the next whole one: 0 means equal, and
 * a difference of at most x % is at most 100x steps, to the minor unit. Both in minor units of the same currency.
 */
export function differenceStep(stableMinor: number, shadowMinor: number): number {
  if (stableMinor === shadowMinor) return 0;
  if (stableMinor === 0) return FARTHEST;
  const [stable, apart] = [BigInt(stableMinor), BigInt(Math.abs(shadowMinor - stableMinor))];
  const steps = Math.min(FARTHEST, Number((apart * BigInt(100 * STEPS_A_PERCENT) + stable - 1n) / stable));
  return shadowMinor < stableMinor ? -steps : steps;
}

/** Sums up how often each step was seen. `withinPercent`: 0 or more, with at most two decimals. */
export function parityOf(steps: ReadonlyMap<number, number>, withinPercent: number): Parity {
  const sorted = [...steps].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const compared = sorted.reduce((sum, [, count]) => sum + count, 0);
  const countOf = (holds: (step: number) => boolean): number =>
    sorted.reduce((sum, [step, count]) => (holds(step) ? sum + count : sum), 0);
  const most = Math.round(withinPercent * STEPS_A_PERCENT);
  const within = countOf((step) => Math.abs(step) <= most);
  const medianStep = middleOf(sorted, compared);
  return {
    compared,
    withinShare: compared === 0 ? undefined : (within / compared) * 100,
    medianPercent: medianStep === undefined ? undefined : medianStep / STEPS_A_PERCENT,
    histogram: binsOf(countOf),
  };
}

function middleOf(sorted: readonly (readonly [step: number, count: number])[], total: number): number | undefined {
  let below = 0;
  for (const [step, count] of sorted) {
    below += count;
    if (below * 2 >= total) return step;
  }
  return undefined;
}

function binsOf(countOf: (holds: (step: number) => boolean) => number): ParityBin[] {
  const spans = [...[0, ...EDGES_PERCENT].entries()].map(([i, from]) => [from, EDGES_PERCENT[i] ?? null] as const);
  const isIn = (size: number, from: number, to: number | null): boolean =>
    size > from * STEPS_A_PERCENT && (to === null || size <= to * STEPS_A_PERCENT);
  const below = spans.toReversed().map(([from, to]) => ({
    fromPercent: to === null ? null : -to,
    toPercent: from === 0 ? 0 : -from,
    count: countOf((step) => isIn(-step, from, to)),
  }));
  const above = spans.map(([from, to]) => ({
    fromPercent: from,
    toPercent: to,
    count: countOf((step) => isIn(step, from, to)),
  }));
  return [...below, { fromPercent: 0, toPercent: 0, count: countOf((step) => step === 0) }, ...above];
}
