/** Runs asynchronous steps in order of their start, a few at a time, so that parsing goes on while Redis works. */
export class InFlight {
  readonly #most: number;
  readonly #running: Promise<void>[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Starts a step, and waits for the oldest while too many run. Rejects with the first error of an earlier step. */
  async add(step: Promise<void>): Promise<void> {
    // Looked at when it is awaited; until then an error must not count as unhandled.
    step.catch(() => undefined);
    this.#running.push(step);
    if (this.#running.length >= this.#most) await this.#running.shift();
  }

  /** Waits for all steps. */
  async drain(): Promise<void> {
    for (let step = this.#running.shift(); step !== undefined; step = this.#running.shift()) await step;
  }

  /** Waits for all steps to end, however they end. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#running.splice(0));
  }
}
