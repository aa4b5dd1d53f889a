import { formatUsd } from '@reprice/pricing';
import type { Budget } from '@reprice/store';

/** What becomes of the day's budget if spending goes on as in the last hour. */
export interface Forecast {
  readonly usdPerHour: string;
  /** What the day will have cost by its end, were there no limit. */
  readonly endOfDayUsd: string;
  /** When the limit is reached; null = not today. */
  readonly exhaustedAt: string | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Forecasts from the spend of the last minutes, nano-USD, the oldest first; the last one is still under way. The pace is that since the
 * first of them in which money was spent, so that a batch that began five minutes ago is not taken for an hour's.
 */
export function forecast(budget: Budget, spentByMinute: readonly number[], nowMs: number): Forecast {
  const first = spentByMinute.findIndex((spent) => spent > 0);
  const spent = spentByMinute.reduce((sum, minute) => sum + minute, 0);
  const fullMinutes = first < 0 ? 0 : spentByMinute.length - 1 - first;
  const elapsedMs = Math.max(MINUTE_MS, fullMinutes * MINUTE_MS + (nowMs % MINUTE_MS));
  const perMs = spent / elapsedMs;
  const leftMs = Math.max(0, budget.resetsAtMs - nowMs);
  const remaining = Math.max(0, budget.limitNanoUsd - budget.spentNanoUsd);
  const exhaustedInMs = perMs > 0 ? remaining / perMs : Number.POSITIVE_INFINITY;
  return {
    usdPerHour: formatUsd(Math.round(perMs * HOUR_MS)),
    endOfDayUsd: formatUsd(Math.round(budget.spentNanoUsd + perMs * leftMs)),
    exhaustedAt: exhaustedInMs < leftMs ? new Date(Math.round(nowMs + exhaustedInMs)).toISOString() : null,
  };
}
