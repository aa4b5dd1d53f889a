import { backoffMs } from '@reprice/queue';

/** How long to rest after a 429: as the gateway says, else longer with each rest in a row. The 429s of one rest count once. */
export class RateLimitStreak {
  readonly #nowMs: () => number;
  #inARow = 0;
  #restsUntilMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs a monotonic clock */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  restMs(retryAfterMs: number | undefined): number {
    const nowMs = this.#nowMs();
    if (nowMs >= this.#restsUntilMs) this.#inARow++;
    const restMs = backoffMs(this.#inARow, retryAfterMs);
    this.#restsUntilMs = Math.max(this.#restsUntilMs, nowMs + restMs);
    return restMs;
  }

  /** The gateway took a call. */
  end(): void {
    this.#inARow = 0;
  }
}
