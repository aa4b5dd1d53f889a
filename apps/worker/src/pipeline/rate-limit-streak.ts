import { backoffMs } from '@reprice/queue';

/** How long to rest after a 429: as the gateway says, else longer with each one in a row. */
export class RateLimitStreak {
  #inARow = 0;

  restMs(retryAfterMs: number | undefined): number {
    return backoffMs(++this.#inARow, retryAfterMs);
  }

  /** The gateway took a call. */
  end(): void {
    this.#inARow = 0;
  }
}
