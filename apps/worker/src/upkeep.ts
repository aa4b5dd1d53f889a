/** Something to be done again and again beside the packs. */
export interface Chore {
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

/** Does the chores of a process, each in its own rhythm. One that fails, or waits for Redis, holds up no other and is done again. */
export class Upkeep {
  readonly #chores: readonly Chore[];
  readonly #onError: (error: Error) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(chores: readonly Chore[], onError: (error: Error) => void) {
    this.#chores = chores;
    this.#onError = onError;
  }

  start(): void {
    for (const chore of this.#chores) void this.#repeat(chore);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #repeat(chore: Chore): Promise<void> {
    await chore.run().catch(this.#onError);
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#repeat(chore);
    }, chore.everyMs);
    this.#timers.add(timer);
  }
}
