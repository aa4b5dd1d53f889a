import type { SinkTriggers } from '@reprice/config';
import { type AttemptCounts, percentile } from '@reprice/store';

/** Why a sink must stop, by its attempts in the minutes of its triggers; undefined: it need not. */
export function verdict({ attempts, errors, latency }: AttemptCounts, triggers: SinkTriggers): string | undefined {
  const { errorPercent, p99Ms, minutes, minDeliveries } = triggers;
  if (attempts < minDeliveries) return undefined;
  const within = `${attempts} attempts within ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const failed = (errors / attempts) * 100;
  if (errorPercent !== false && failed > errorPercent)
    return `${rounded(failed)} % of ${within} failed; ${errorPercent} % may`;
  const tookMs = percentile(latency, 0.99) ?? 0;
  if (p99Ms !== false && tookMs > p99Ms)
    return `one in a hundred of ${within} took ${Math.round(tookMs)} ms or longer; ${p99Ms} ms may be`;
  return undefined;
}

/** One decimal at least, so that what is above a limit does not look like it. */
function rounded(percent: number): number {
  return Math.ceil(percent * 10) / 10;
}
