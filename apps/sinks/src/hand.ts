import { SkuOrder } from './sku-order.ts';
import type { Work } from './work.ts';

/** What a process has in hand for a sink, from the moment it may deliver until it may no more, or must read anew what is open. */
export class Hand {
  readonly order = new SkuOrder<Work>();
  readonly #dropping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  get signal(): AbortSignal {
    return this.#dropping.signal;
  }

  /** Attempts under way. */
  get flying(): number {
    return this.#underWay.size;
  }

  track(attempt: Promise<void>): void {
    this.#underWay.add(attempt);
    void attempt.finally(() => this.#underWay.delete(attempt));
  }

  /** ms until something that waits for its next attempt is ready; undefined: nothing does. */
  readyInMs(nowMs: number): number | undefined {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const work of this.order.free()) earliestMs = Math.min(earliestMs, work.readyAtMs);
    return earliestMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, earliestMs - nowMs);
  }

  /** Breaks off what is under way, and waits for it. */
  async drop(): Promise<void> {
    this.#dropping.abort();
    await this.landed();
  }

  /** Resolves when nothing is under way. */
  async landed(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
