/** How fast SKUs are getting done, over the last seconds. */
export class Pace {
  readonly #windowMs: number;
  #samples: { atMs: number; done: number }[] = [];
  #reached: { readonly atMs: number; readonly done: number } | undefined;

  constructor(windowMs = 10_000) {
    this.#windowMs = windowMs;
  }

  /** Notes that `done` SKUs are done at `atMs` of a monotonic clock. */
  add(atMs: number, done: number): void {
    this.#samples.push({ atMs, done });
    if (this.#reached?.done !== done) this.#reached = { atMs, done };
    // One sample older than the window stays, so that the window is always spanned.
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) < atMs - this.#windowMs) this.#samples.shift();
  }

  /** SKUs a second over the window; 0 before the second sample. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return (1000 * Math.max(0, last.done - first.done)) / (last.atMs - first.atMs);
  }

  /** How long nothing more has got done, in ms; 0 before the first sample. */
  stillMs(nowMs: number): number {
    return this.#reached === undefined ? 0 : nowMs - this.#reached.atMs;
  }
}
