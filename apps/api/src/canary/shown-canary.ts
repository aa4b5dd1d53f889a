import { type Canary, formatUsd, latencyAt, type RouteTally } from '@reprice/pricing';
import type { RouteTallies } from '@reprice/store';
import type { z } from 'zod';
import type { canarySchema, canaryState } from '../schemas/canary.ts';

type Shown = z.infer<typeof canarySchema>;

/** A canary as events show it. */
export function shownCanary(canary: Canary): z.infer<typeof canaryState> {
  const { state, mode, percent, id, model, guidance, minCalls, cooldownMs, tolerance, reason, by } = canary;
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    state,
    mode,
    percent,
    ...(id && { id }),
    ...(model !== undefined && { model }),
    ...(Object.keys(guidance).length > 0 && { guidance }),
    minCalls,
    cooldownMinutes: cooldownMs / 60_000,
    tolerance,
    ...(canary.sinceMs > 0 && { since: at(canary.sinceMs) }),
    ...(canary.cooldownUntilMs > 0 && { cooldownUntil: at(canary.cooldownUntilMs) }),
    ...(reason && { reason }),
    ...(by && { by }),
  };
}

/** A canary with what both routes did since it began. */
export function shownWithRoutes(canary: Canary, tallies: RouteTallies | undefined): Shown {
  if (!tallies) return shownCanary(canary);
  return { ...shownCanary(canary), routes: { stable: figuresOf(tallies.stable), canary: figuresOf(tallies.canary) } };
}

function figuresOf({
  calls,
  errors,
  invalid,
  clamps,
  cost,
  latency,
}: RouteTally): NonNullable<Shown['routes']>['stable'] {
  const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100);
  const skus = invalid.whole;
  return {
    calls,
    errors,
    errorPercent: percent(errors, calls),
    skus,
    invalidPercent: percent(invalid.part, invalid.whole),
    clampPercent: percent(clamps.part, clamps.whole),
    p99Ms: Math.round(latencyAt(latency, 0.99) ?? 0) || null,
    costUsd: formatUsd(cost.part * 1000),
    costUsdPerSku: formatUsd(skus === 0 ? 0 : Math.round((cost.part * 1000) / skus)),
  };
}
