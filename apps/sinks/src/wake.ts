import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@reprice/store';
import type { Redis } from 'ioredis';

/** Shorter than a connection may owe an answer (sinks.ts). */
const WAIT_MS = 2000;
/** While prices are published all the time, they are looked for so often. */
const LEAST_BETWEEN_MS = 20;
const TRY_AGAIN_MS = 500;

/** Tells that something was published, within some milliseconds: one connection for all sinks of a process. */
export class Wake {
  readonly #changes: Store['changes'];
  readonly #connection: Redis;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  #isStopped = false;

  /** @param connection for this alone, since it waits */
  constructor(
    changes: Store['changes'],
    connection: Redis,
    { onChange, onError }: { onChange: () => void; onError: (error: unknown) => void },
  ) {
    this.#changes = changes;
    this.#connection = connection;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        // What was published until now is asked for by whoever begins; and once a second by all.
        const newest = await this.#changes.newest();
        const [entry] = await this.#changes.wait(this.#connection, newest, 1, WAIT_MS);
        if (entry) this.#onChange();
        await sleep(LEAST_BETWEEN_MS);
      } catch (error) {
        if (this.#isStopped) return;
        this.#onError(error);
        await sleep(TRY_AGAIN_MS);
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#connection.disconnect();
  }
}
