/** Why a process takes no packs. */
export type HeldBecause = 'redis' | 'keys';

/** What a FetchGate works with: both may be called again while the one before is under way. */
export interface FetchGateOptions {
  readonly hold: () => Promise<void>;
  readonly release: () => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** Stops the fetching of packs by this process alone, while there is a reason to. */
export class FetchGate {
  readonly #options: FetchGateOptions;
  readonly #because = new Set<HeldBecause>();
  #steps = Promise.resolve();

  constructor(options: FetchGateOptions) {
    this.#options = options;
  }

  /** Why no packs are taken; empty = they are. */
  get heldBecause(): ReadonlySet<HeldBecause> {
    return this.#because;
  }

  hold(because: HeldBecause): void {
    this.#because.add(because);
    if (this.#because.size === 1) this.#follow();
  }

  /** Packs are taken again once no reason is left. */
  letGo(because: HeldBecause): void {
    if (this.#because.delete(because) && this.#because.size === 0) this.#follow();
  }

  /** One step after the other, so that the last one decides. */
  #follow(): void {
    const { hold, release, onError } = this.#options;
    const step = this.#because.size > 0 ? hold : release;
    this.#steps = this.#steps.then(step).catch(onError);
  }
}
