import type { SinkReader } from '@reprice/store';

/** Tells Redis what was delivered: together what comes in one turn of the event loop. */
export class Acknowledgements {
  readonly #reader: SinkReader;
  readonly #onError: (error: unknown) => void;
  #ids: string[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(reader: SinkReader, onError: (error: unknown) => void) {
    this.#reader = reader;
    this.#onError = onError;
  }

  add = (id: string): void => {
    if (this.#ids.push(id) === 1) setImmediate(() => this.flush());
  };

  /** Sends what there is, ahead of whatever is asked of Redis after it. */
  flush(): void {
    if (this.#ids.length === 0) return;
    const ids = this.#ids;
    this.#ids = [];
    const sent = this.#reader
      .acknowledge(ids)
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
