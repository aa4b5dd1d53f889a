/** After so many failures in a row, none of them answered in between, the far end counts as down. */
const DOWN_AFTER = 4;
const FIRST_WAIT_MS = 500;
/** One message waits at most so long for its next attempt, and a far end that is down for the next look. */
const LONGEST_WAIT_MS = 300_000;
const LONGEST_REST_MS = 30_000;
/** What a far end may ask for at most. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** How a {@link Pace} is made. */
export interface PaceOptions {
  /** ms of a clock that never jumps. */
  readonly now?: () => number;
  /** 0 ≤ it < 1. */
  readonly chance?: () => number;
}

/**
 * When a sink may be tried. Each message waits by itself after a failure, longer each time. A far end that is down is tried with one message
 * at a time, so that an outage costs the others no attempts; one that says when to come back is left alone until then.
 */
export class Pace {
  readonly #now: () => number;
  readonly #chance: () => number;
  #failures = 0;
  #restUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ now = () => performance.now(), chance = Math.random }: PaceOptions = {}) {
    this.#now = now;
    this.#chance = chance;
  }

  /** Whether one more may go while so many are under way. */
  allows(underWay: number): boolean {
    if (this.#now() < this.#restUntilMs) return false;
    return this.#failures < DOWN_AFTER || underWay === 0;
  }

  /** ms until `allows` may change by itself; 0 = it need not. */
  restMs(): number {
    return Math.max(0, this.#restUntilMs - this.#now());
  }

  succeeded(): void {
    this.#failures = 0;
    this.#restUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** An attempt failed. Returns how long its message waits for the next, ms: exponential with full jitter. */
  failed(attempts: number): number {
    this.#failures++;
    if (this.#failures >= DOWN_AFTER) this.rest(this.#wait(this.#failures - DOWN_AFTER, LONGEST_REST_MS));
    return this.#wait(attempts - 1, LONGEST_WAIT_MS);
  }

  /** Leaves the far end alone for a while; never shortens a longer rest. */
  rest(ms: number): void {
    this.#restUntilMs = Math.max(this.#restUntilMs, this.#now() + Math.min(ms, LONGEST_RETRY_AFTER_MS));
  }

  #wait(step: number, longestMs: number): number {
    return this.#chance() * Math.min(longestMs, FIRST_WAIT_MS * 2 ** Math.min(step, 30));
  }
}
