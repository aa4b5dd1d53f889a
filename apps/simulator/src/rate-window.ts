/** The length of the window, in ms. */
export const windowMs = 60_000;

/** Times within the last 60 seconds, exactly: one entry an event, no buckets. Times never decrease. */
export class RateWindow {
  #times = new Float64Array(1024);
  #head = 0;
  #size = 0;
  #most = 0;

  /** Events in the window that ends at `nowMs`, itself included; one exactly 60 s old is out. */
  countAt(nowMs: number): number {
    while (this.#size > 0 && this.#oldest() <= nowMs - windowMs) {
      this.#head = (this.#head + 1) % this.#times.length;
      this.#size -= 1;
    }
    return this.#size;
  }

  add(nowMs: number): void {
    this.countAt(nowMs);
    if (this.#size === this.#times.length) this.#grow();
    this.#times[(this.#head + this.#size) % this.#times.length] = nowMs;
    this.#size += 1;
    if (this.#size > this.#most) this.#most = this.#size;
  }

  /** In how many ms the oldest event leaves the window; 0 when it is empty. */
  untilNextLeavesMs(nowMs: number): number {
    return this.countAt(nowMs) === 0 ? 0 : this.#oldest() + windowMs - nowMs;
  }

  /** The most events that any 60-second window has held so far. */
  get most(): number {
    return this.#most;
  }

  #oldest(): number {
    return this.#times[this.#head] as number;
  }

  #grow(): void {
    const grown = new Float64Array(this.#times.length * 2);
    for (let index = 0; index < this.#size; index += 1)
      grown[index] = this.#times[(this.#head + index) % this.#times.length] as number;
    this.#times = grown;
    this.#head = 0;
  }
}
