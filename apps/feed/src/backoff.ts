const FIRST_MS = 500;
/** A connection that was healthy for so long has made good for those before it. */
const HEALTHY_MS = 60_000;

/** How long to wait before the next attempt to connect: full jitter up to twice as long each time, whatever ended the one before. */
export class Backoff {
  readonly #mostMs: number;
  #failures = 0;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  /** Milliseconds to wait. `healthyMs`: how long the connection that ended was in sync; `random`: from 0 up to 1. */
  next(healthyMs: number, random: number): number {
    if (healthyMs >= HEALTHY_MS) this.#failures = 0;
    const mostMs = Math.min(this.#mostMs, FIRST_MS * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    return random * mostMs;
  }
}
