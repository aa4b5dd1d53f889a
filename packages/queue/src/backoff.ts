/** Tries of one job, the first included. */
export const ATTEMPTS = 5;

const BASE_MS = 500;
const CAP_MS = 30_000;
/** Who asks to be called again sooner says nothing of how long the trouble lasts: all tries would be gone in a moment. */
const LEAST_ASKED_MS = 100;

/**
 * How long to wait before the next try, in ms: what the gateway asked for, if that is 0.1 s or more; else exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), 0.5 s to 30 s.
 */
export function backoffMs(
  attemptsMade: number,
  retryAfterMs: number | undefined,
  random: () => number = Math.random,
): number {
  if (retryAfterMs !== undefined && retryAfterMs >= LEAST_ASKED_MS) return Math.ceil(retryAfterMs);
  return Math.ceil(random() * Math.min(CAP_MS, BASE_MS * 2 ** attemptsMade));
}
