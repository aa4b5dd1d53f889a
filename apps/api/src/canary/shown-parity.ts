import { type Canary, formatUsd, isShadow, latencyAt, parityOf, type RouteTally } from '@reprice/pricing';
import type { ShadowFigures } from '@reprice/store';
import type { z } from 'zod';
import type { paritySchema } from '../schemas/parity.ts';
import { shownCanary } from './shown-canary.ts';

/** How far a shadow's prices lay from the live ones, and what both cost. */
export function shownParity(canary: Canary, figures: ShadowFigures, percent: number): z.infer<typeof paritySchema> {
  const { stable, shadow, steps, skipped, worst, firstMs, lastMs } = figures;
  const { compared, withinShare, medianPercent, histogram } = parityOf(steps, percent);
  const both = <T>(of: (tally: RouteTally) => T): { stable: T; shadow: T } => ({
    stable: of(stable),
    shadow: of(shadow),
  });
  const at = (ms: number): string | null => (ms === 0 ? null : new Date(ms).toISOString());
  return {
    canary: shownCanary(canary),
    ...(compared === 0 && { note: noteOf(canary, figures) }),
    comparedFrom: at(firstMs),
    comparedUntil: at(lastMs),
    compared,
    within: { percent, share: withinShare === undefined ? null : Math.round(withinShare * 100) / 100 },
    medianDifferencePercent: medianPercent ?? null,
    histogram: [...histogram],
    worst: [...worst],
    calls: both(({ calls }) => calls),
    errors: both(({ errors }) => errors),
    asked: both(({ invalid }) => invalid.whole),
    invalid: both(({ invalid }) => invalid.part),
    clamped: both(({ clamps }) => clamps.part),
    costUsd: both(({ cost }) => formatUsd(cost.part * 1000)),
    costUsdPerSku: both(({ cost, invalid }) =>
      formatUsd(invalid.whole === 0 ? 0 : Math.round((cost.part * 1000) / invalid.whole)),
    ),
    latencyMs: both(({ latency }) => {
      const [p50, p99] = [latencyAt(latency, 0.5), latencyAt(latency, 0.99)];
      return p50 === undefined || p99 === undefined ? null : { p50: Math.round(p50), p99: Math.round(p99) };
    }),
    skipped: Object.fromEntries(skipped),
  };
}

function noteOf(canary: Canary, { skipped, shadow }: ShadowFigures): string {
  if (!isShadow(canary) && shadow.calls === 0)
    return 'No shadow was asked: what a canary answers goes live, so there is nothing to compare it with. Set it with the mode "shadow".';
  if (shadow.calls > 0) return 'None of its answers could be compared yet: see "errors" and "invalid".';
  if (skipped.size > 0) return 'It could not be asked yet: see "skipped".';
  return 'It has not been asked yet: no SKU of its share has been priced since the workers heard of it, about a second after it began.';
}
