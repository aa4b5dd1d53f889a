import type { Chore } from '@reprice/process';
import type { Store } from '@reprice/store';

const FORGET_EVERY_MS = 1000;

/**
 * Notes in Redis which packs run in this process, so that whoever takes over one that stalled knows whose it was. What has ended is
 * forgotten a second later, all at once.
 */
export class RunNotes {
  readonly processId: string;
  readonly #runs: Store['runs'];
  #ended = new Set<string>();

  constructor(runs: Store['runs'], processId: string) {
    this.#runs = runs;
    this.processId = processId;
  }

  /** Does not wait for Redis: what the run asks of it next comes after the note. */
  began(jobId: string): void {
    this.#ended.delete(jobId);
    this.#runs.began(jobId, this.processId).catch(() => {}); // at worst one crash is not counted
  }

  ended(jobId: string): void {
    this.#ended.add(jobId);
  }

  chore(): Chore {
    return { everyMs: FORGET_EVERY_MS, run: () => this.#forget() };
  }

  async #forget(): Promise<void> {
    const ended = this.#ended;
    this.#ended = new Set();
    // What fails to be forgotten goes by itself within a day.
    if (ended.size > 0) await this.#runs.ended([...ended], this.processId);
  }
}
