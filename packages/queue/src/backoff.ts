/** Tries of one job, the first included. */
export const ATTEMPTS = 5;

const BASE_MS = 500;
const CAP_MS = 30_000;

/**
 * How long to wait before the next try, in ms: what the gateway asked for, if it did; else exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), 0.5 s to 30 s.
 */
export function backoffMs(
  attemptsMade: number,
  retryAfterMs: number | undefined,
  random: () => number = Math.random,
): number {
  if (retryAfterMs !== undefined) return Math.ceil(retryAfterMs);
  return Math.ceil(random() * Math.min(CAP_MS, BASE_MS * 2 ** attemptsMade));
}
