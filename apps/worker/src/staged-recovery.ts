import { enqueueStaged, type PackQueue } from '@reprice/queue';
import type { Store } from '@reprice/store';

const SWEEP_MS = 5000;

/**
 * Finishes what a killed API left: batches that were accepted but whose packs are not all in the queue. One that is there in two sweeps
 * in a row has nobody who works on it (and if it has, doing it twice does it once).
 */
export class StagedRecovery {
  readonly #store: Store;
  readonly #queue: PackQueue;
  readonly #onError: (error: Error) => void;
  #seen: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, queue: PackQueue, onError: (error: Error) => void) {
    this.#store = store;
    this.#queue = queue;
    this.#onError = onError;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#sweep()
        .catch(this.#onError)
        .finally(() => {
          if (this.#timer) this.start();
        });
    }, SWEEP_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #sweep(): Promise<void> {
    const ids = await this.#store.batches.enqueueing();
    for (const id of ids) if (this.#seen.has(id)) await enqueueStaged(this.#store.batches, this.#queue, id);
    this.#seen = new Set(ids);
  }
}
