const HEARTBEATS = 60;

/**
 * Tells when the market sent something, by a clock of this process that never goes back. A message that lay in a socket while this process was
 * frozen or busy was sent long before it is read; the market's own time tells so. The two clocks are put beside each other by the heartbeat
 * that came fastest of the last sixty.
 */
export class MarketClock {
  readonly #offsets: number[] = [];
  #offset: number | undefined;

  /** A heartbeat was sent at this time of the market and read at this time of the process, both ms. */
  beat(atMs: number, readAtMs: number): void {
    this.#offsets.push(readAtMs - atMs);
    if (this.#offsets.length > HEARTBEATS) this.#offsets.shift();
    this.#offset = Math.min(...this.#offsets);
  }

  /**
   * When the market sent what says this time, by the clock of the process: no later than it was read, no sooner than this connection was opened.
   * Before the first heartbeat more is not known.
   */
  sentAt(atMs: number, readAtMs: number, openedAtMs: number): number {
    if (this.#offset === undefined) return openedAtMs;
    return Math.max(openedAtMs, Math.min(readAtMs, atMs + this.#offset));
  }
}
