import type { Market } from './market.ts';

/** Events of one tick share a moment. */
const tickMs = 50;

/** Lets a market move by itself. */
export class MarketPace {
  readonly #market: Market;
  readonly #steadyMs: () => number;
  readonly #factor: () => number;
  #timer: NodeJS.Timeout | undefined;
  #eventsPerSecond = 0;

  /**
   * @param steadyMs time in ms that never goes back.
   * @param factor how many times as fast as it is set the market moves.
   */
  constructor(market: Market, steadyMs: () => number, factor: () => number) {
    this.#market = market;
    this.#steadyMs = steadyMs;
    this.#factor = factor;
  }

  get eventsPerSecond(): number {
    return this.#eventsPerSecond;
  }

  /** From now on so many seeded moves a second; 0 stops it. */
  set(eventsPerSecond: number): void {
    this.#eventsPerSecond = eventsPerSecond;
    clearInterval(this.#timer);
    if (eventsPerSecond === 0) return;
    let due = 0;
    let lastMs = this.#steadyMs();
    this.#timer = setInterval(() => {
      const nowMs = this.#steadyMs();
      // A second at most: a process that stood still does not make up for it all at once.
      due += (Math.min(nowMs - lastMs, 1000) / 1000) * eventsPerSecond * this.#factor();
      lastMs = nowMs;
      this.#market.move(Math.floor(due));
      due -= Math.floor(due);
    }, tickMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
