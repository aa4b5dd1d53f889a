/** Lets a loop wait until there is something to do, or its time has come. What stirs while nobody waits is not lost. */
export class Stirring {
  #isStirred = false;
  #go: (() => void) | undefined;

  stir(): void {
    this.#isStirred = true;
    this.#go?.();
  }

  /** Resolves when it is stirred, or after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.#isStirred) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      this.#go = resolve;
      await promise;
      clearTimeout(timer);
      this.#go = undefined;
    }
    this.#isStirred = false;
  }
}
