import type { SinkTriggers } from '@reprice/config';
import { type AttemptCounts, percentile, sumOf } from '@reprice/store';

/**
 * Why a sink must stop; undefined: it need not. Errors count as soon as there were attempts enough; slowness must have lasted, as a pause of a
 * few seconds is nothing that a stop would mend.
 * @param byMinute its attempts in this minute, and in each of as many whole minutes before it as its triggers say
 */
export function verdict(byMinute: readonly AttemptCounts[], triggers: SinkTriggers): string | undefined {
  const { errorPercent, p99Ms, minutes, minDeliveries } = triggers;
  const span = minutes === 1 ? 'minute' : `${minutes} minutes`;
  const { attempts, errors } = sumOf(byMinute.slice(0, minutes));
  const failed = (errors / attempts) * 100;
  if (errorPercent !== false && attempts >= minDeliveries && failed > errorPercent)
    return `${rounded(failed)} % of ${attempts} attempts of the last ${span} failed; ${errorPercent} % may`;
  if (p99Ms === false || sumOf(byMinute).attempts < minDeliveries || !isSlowThroughout(byMinute, p99Ms))
    return undefined;
  const tookMs = Math.min(...byMinute.filter(hasAttempts).map(p99Of));
  return `for the last ${span} one attempt in a hundred took ${Math.round(tookMs)} ms or longer; ${p99Ms} ms may be`;
}

/** Whether there were slow ones in the oldest minute, and ever since wherever there were any. */
function isSlowThroughout(byMinute: readonly AttemptCounts[], p99Ms: number): boolean {
  const oldest = byMinute.at(-1);
  if (oldest === undefined || !hasAttempts(oldest)) return false;
  return byMinute.every((counts) => !hasAttempts(counts) || p99Of(counts) > p99Ms);
}

function hasAttempts({ attempts }: AttemptCounts): boolean {
  return attempts > 0;
}

function p99Of({ latency }: AttemptCounts): number {
  return percentile(latency, 0.99) ?? 0;
}

/** One decimal at least, so that what is above a limit does not look like it. */
function rounded(percent: number): number {
  return Math.ceil(percent * 10) / 10;
}
