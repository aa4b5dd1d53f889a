import type { Chore } from '@reprice/process';
import { enqueueStaged, type PackQueue, requeueRevived } from '@reprice/queue';
import type { Store } from '@reprice/store';

/**
 * Finishes what a killed API left: batches that were accepted but whose packs are not all in the queue, and failed jobs that a replay took
 * back but did not put into the queue; and jobs of cancelled batches that are in the queue still. What is there in two sweeps in a row has nobody who works on it (and if it has, doing it twice does
 * it once). Forgets failed jobs that nobody replayed for 30 days.
 */
export class StagedRecovery implements Chore {
  readonly everyMs = 5000;
  readonly #store: Store;
  readonly #queue: PackQueue;
  readonly #onError: (error: Error) => void;
  #seen: ReadonlySet<string> = new Set();

  constructor(store: Store, queue: PackQueue, onError: (error: Error) => void) {
    this.#store = store;
    this.#queue = queue;
    this.#onError = onError;
  }

  /** One sweep. */
  readonly run = async (): Promise<void> => {
    const seen = new Set<string>();
    const isLeft = (what: string): boolean => {
      seen.add(what);
      return this.#seen.has(what);
    };
    // Trouble with one must not keep the others waiting.
    await this.#enqueueBatches(isLeft).catch(this.#onError);
    await this.#requeueReplays(isLeft).catch(this.#onError);
    await this.#purgeCancelled(isLeft).catch(this.#onError);
    await this.#store.failedJobs.prune().catch(this.#onError);
    this.#seen = seen;
  };

  async #enqueueBatches(isLeft: (what: string) => boolean): Promise<void> {
    const left = (await this.#store.batches.enqueueing()).filter(isLeft);
    for (const id of left) await enqueueStaged(this.#store.batches, this.#queue, id).catch(this.#onError);
  }

  async #purgeCancelled(isLeft: (what: string) => boolean): Promise<void> {
    for (const id of (await this.#store.batches.cancelling()).filter((id) => isLeft(`cancelled ${id}`))) {
      await this.#queue.purge(id);
      await this.#store.batches.purged(id);
    }
  }

  async #requeueReplays(isLeft: (what: string) => boolean): Promise<void> {
    for await (const jobs of this.#store.failedJobs.revived()) {
      const left = jobs.filter((job) => isLeft(`${job.id}#${job.replays}`));
      await requeueRevived(this.#store, this.#queue, left).catch(this.#onError);
    }
  }
}
