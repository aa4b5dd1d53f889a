import { formatUsd } from '@reprice/pricing';
import { type Buckets, type Counts, percentile } from '@reprice/store';
import type { Stats } from '../schemas/stats.ts';

const MINUTE_MS = 60_000;

/** Percentiles as replies show them, in ms, or in units of so many; null where nothing was measured. */
export function percentiles(buckets: Buckets, unitMs = 1): { p50: number; p95: number; p99: number } | null {
  if (buckets.size === 0) return null;
  const at = (share: number): number => shownMs((percentile(buckets, share) ?? 0) / unitMs);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** How many of these calls there were, and how many brought no whole answer. */
export function callTotals(calls: Counts['calls']): { all: number; errors: number } {
  const all = [...calls.values()].reduce((sum, count) => sum + count, 0);
  return { all, errors: all - (calls.get('complete') ?? 0) };
}

/** The minutes as columns. The last one is that of `nowMs`. */
export function seriesOf(minutes: readonly Counts[], nowMs: number): Stats['series'] {
  const last = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const totals = minutes.map((minute) => callTotals(minute.calls));
  const latency = (share: number) =>
    minutes.map((minute) => {
      const ms = percentile(minute.latency, share);
      return ms === undefined ? null : shownMs(ms);
    });
  return {
    stepSeconds: 60,
    from: new Date(last - (minutes.length - 1) * MINUTE_MS).toISOString(),
    priced: minutes.map((minute) => minute.priced),
    failed: minutes.map((minute) => minute.failed),
    calls: totals.map(({ all }) => all),
    errors: totals.map(({ errors }) => errors),
    costUsd: minutes.map((minute) => formatUsd(minute.costNanoUsd)),
    latencyP50Ms: latency(0.5),
    latencyP99Ms: latency(0.99),
  };
}

/** Three digits tell more than the buckets know. */
function shownMs(ms: number): number {
  return Number(ms.toPrecision(3));
}
