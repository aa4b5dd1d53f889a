import { policyFault, type Store } from '@reprice/store';

/** How long the policy is taken for granted, in ms: it is asked for at every submission, and hardly ever changes. */
const keptMs = 1000;

/** Whether Redis may throw away what it is given: then nothing is accepted. */
export class EvictionGuard {
  readonly #store: Pick<Store, 'evictionPolicy'>;
  readonly #now: () => number;
  #kept: { readonly policy: Promise<string>; readonly untilMs: number } | undefined;

  constructor(store: Pick<Store, 'evictionPolicy'>, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  /** Why Redis is not to be trusted and what mends it, '' when it is. Throws the error of a Redis that is away. */
  async fault(): Promise<string> {
    if (this.#kept === undefined || this.#kept.untilMs <= this.#now()) {
      this.#kept = { policy: this.#store.evictionPolicy(), untilMs: this.#now() + keptMs };
    }
    try {
      return policyFault(await this.#kept.policy);
    } catch (error) {
      this.#kept = undefined;
      throw error;
    }
  }
}
