import type { DeliveredChange, SinkReader } from '@reprice/store';

/** Tells Redis what was delivered: together what comes in one turn of the event loop. */
export class Acknowledgements {
  readonly #reader: SinkReader;
  readonly #onError: (error: unknown) => void;
  #changes: DeliveredChange[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(reader: SinkReader, onError: (error: unknown) => void) {
    this.#reader = reader;
    this.#onError = onError;
  }

  add = (change: DeliveredChange): void => {
    if (this.#changes.push(change) === 1) setImmediate(() => this.flush());
  };

  /** Sends what there is, ahead of whatever is asked of Redis after it. */
  flush(): void {
    if (this.#changes.length === 0) return;
    const changes = this.#changes;
    this.#changes = [];
    const sent = this.#reader
      .acknowledge(changes)
      .catch(this.#onError)
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }

  /** Resolves when Redis knows all of it, or refused. */
  async settled(): Promise<void> {
    this.flush();
    await Promise.all(this.#underWay);
  }
}
