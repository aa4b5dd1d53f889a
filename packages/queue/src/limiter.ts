/** A window of BullMQ's limiter. */
export interface LimiterWindow {
  readonly max: number;
  readonly duration: number;
}

const SMALL_WINDOW_MS = 100;
/** The gate is coarse and a quarter wide: the exact limit is admission's, and the gate must not be what starves it. */
const SLACK = 1.25;

/**
 * The coarse gate in front of admission: small windows, so that workers do not fetch what they may not send. It is always set, since
 * BullMQ ignores `queue.rateLimit()` without it. 0 requests a minute = no limit.
 */
export function limiterWindow(rpm: number): LimiterWindow {
  if (rpm === 0) return { max: 1_000_000, duration: 1000 };
  const perWindow = (rpm * SLACK * SMALL_WINDOW_MS) / 60_000;
  if (perWindow >= 1) return { max: Math.ceil(perWindow), duration: SMALL_WINDOW_MS };
  return { max: 1, duration: Math.floor(SMALL_WINDOW_MS / perWindow) };
}
