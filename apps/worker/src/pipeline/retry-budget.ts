/** Retries that may go before any call went well, and most that may be saved up. */
const LEAST = 10;
const MOST = 100;
/** A call that goes well pays for a fifth of a retry, so that retries never add more than 20 % to the load of a gateway in trouble. */
const PER_SUCCESS = 0.2;

/** Bounds how many calls of this process may be retries (https://finagle.github.io/finagle/docs/com/twitter/finagle/service/RetryBudget). */
export class RetryBudget {
  #retries = LEAST;

  /** A call went well. */
  earn(): void {
    this.#retries = Math.min(MOST, this.#retries + PER_SUCCESS);
  }

  /** Takes one retry; false when none is left and it should wait as long as one may. */
  spend(): boolean {
    if (this.#retries < 1) return false;
    this.#retries--;
    return true;
  }
}
