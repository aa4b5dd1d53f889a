import type { Strategy } from './strategy.ts';

/** How far a canary may be worse than the stable route, if that is no coincidence. */
export interface CanaryTolerance {
  /** Failed, cut and unreadable calls, percentage points. */
  readonly errorPoints: number;
  /** Rows without a valid answer, percentage points. */
  readonly invalidPoints: number;
  /** Prices that a guardrail moved, percentage points. */
  readonly clampPoints: number;
  /** The 99th percentile of the time until an answer ends, ms. */
  readonly latencyMs: number;
  /** What its calls cost against what the same calls cost on the stable route, per cent. */
  readonly costPercent: number;
}

/** What holds where nobody said otherwise. */
export const usualTolerance: CanaryTolerance = Object.freeze({
  errorPoints: 1,
  invalidPoints: 1,
  clampPoints: 1,
  latencyMs: 500,
  costPercent: 50,
});

/** The steps of a promotion, per cent. */
export const promotionSteps = [1, 5, 25, 50, 100] as const;

export type CanaryState = 'off' | 'running' | 'rolled_back' | 'promoted';

/** `canary`: its answers are published. `shadow`: it is asked beside the stable route, and its answers are compared and never published. */
export type CanaryMode = 'canary' | 'shadow';

/** A span of time, ms since 1970, both ends included. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Another model or wording that answers for a share of the SKUs. */
export interface Canary {
  /** Rises by one with every change; 0 = there has never been one. */
  readonly version: number;
  /** Decides which SKUs it gets; '' while there has never been one. */
  readonly id: string;
  readonly state: CanaryState;
  readonly mode: CanaryMode;
  /** Share of the SKUs that it answers for, 0 to 100. */
  readonly percent: number;
  /** In place of the stable route's model; strategies that name a model of their own keep it. */
  readonly model?: string;
  /** By strategy: wording in place of the strategy's own. */
  readonly guidance: Readonly<Record<string, string>>;
  readonly tolerance: CanaryTolerance;
  /** It is not judged before so many calls. */
  readonly minCalls: number;
  /** How long no other one may begin after this one was rolled back, ms. */
  readonly cooldownMs: number;
  /** When this canary began, ms of Redis' clock. */
  readonly sinceMs: number;
  /** Until then no canary begins unless somebody insists, ms of Redis' clock; 0 = none is waited for. */
  readonly cooldownUntilMs: number;
  /** What any canary priced up to then holds no longer, as it ended without being promoted; ms of Redis' clock, 0 = none did. */
  readonly retiredAtMs: number;
  /** But for these: when canaries answered that ended as promoted. What they priced stays. */
  readonly kept: readonly Span[];
  /** Why it is in this state, for a person. */
  readonly reason: string;
  /** Who brought it there: name of an API key, or `judge`. */
  readonly by: string;
}

/** Before there ever was one. */
export const noCanary: Canary = Object.freeze({
  version: 0,
  id: '',
  state: 'off',
  mode: 'canary',
  percent: 0,
  guidance: Object.freeze({}),
  tolerance: usualTolerance,
  minCalls: 100,
  cooldownMs: 15 * 60_000,
  sinceMs: 0,
  cooldownUntilMs: 0,
  retiredAtMs: 0,
  kept: Object.freeze([]),
  reason: '',
  by: '',
});

/** Whether a price that a canary made at this moment, ms since 1970, holds no longer. As canary-retired.lua of the store. */
export function isRetired({ retiredAtMs, kept }: Pick<Canary, 'retiredAtMs' | 'kept'>, pricedAtMs: number): boolean {
  return (
    pricedAtMs <= retiredAtMs && !kept.some(({ fromMs, untilMs }) => pricedAtMs >= fromMs && pricedAtMs <= untilMs)
  );
}

/** Whether it is asked for anything at all. */
export function isLive({ state, percent }: Pick<Canary, 'state' | 'percent'>): boolean {
  return (state === 'running' || state === 'promoted') && percent > 0;
}

/** Whether its answers are published. */
export function answers(canary: Pick<Canary, 'state' | 'percent' | 'mode'>): boolean {
  return isLive(canary) && canary.mode === 'canary';
}

/** Whether it is asked beside the stable route, for nothing but to be compared. */
export function isShadow(canary: Pick<Canary, 'state' | 'percent' | 'mode'>): boolean {
  return isLive(canary) && canary.mode === 'shadow';
}

/** The strategy as the canary or shadow asks for it; undefined where it would ask just like the stable route. */
export function canaryStrategy(canary: Canary, strategy: Strategy): Strategy | undefined {
  if (!isLive(canary) || !asksOtherwise(canary, strategy)) return undefined;
  const guidance = Object.hasOwn(canary.guidance, strategy.name) ? canary.guidance[strategy.name] : undefined;
  const model = strategy.model === undefined ? canary.model : undefined;
  return { ...strategy, ...(guidance !== undefined && { guidance }), ...(model !== undefined && { model }) };
}

/** Who would be asked for a SKU now, beside the stable route (`shadow`) or in its place: by which the door packs. */
export function routeOf(canary: Canary, strategy: Strategy | undefined, sku: string): 'stable' | CanaryMode {
  const asks = isLive(canary) && strategy !== undefined && asksOtherwise(canary, strategy);
  return asks && isCanarySku(canary, sku) ? canary.mode : 'stable';
}

function asksOtherwise({ model, guidance }: Canary, strategy: Strategy): boolean {
  return (strategy.model === undefined && model !== undefined) || Object.hasOwn(guidance, strategy.name);
}

/** Whether a SKU is among those of the canary or shadow: the same answer everywhere and always, and a larger share keeps those of a smaller one. */
export function isCanarySku({ id, percent }: Pick<Canary, 'id' | 'percent'>, sku: string): boolean {
  return position(id, sku) < percent;
}

/** Spreads SKUs evenly over 0 … 100: FNV-1a, with the finisher of MurmurHash3, since FNV alone hardly mixes its last characters. */
function position(id: string, sku: string): number {
  const text = `${id}\0${sku}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000) * 100;
}
