import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeEntry, Store } from '@reprice/store';
import type { Redis } from 'ioredis';

/** One decoded entry takes a fraction of a millisecond: so many at once let others have their turn. */
const READ_AT_ONCE = 50;
/** Shorter than a connection may stay silent (redis.ts). */
const WAIT_MS = 2000;
const COMMAND_TIMEOUT_MS = 4000;
const RETRY_MS = 300;

/** Whom the reader tells. */
export interface PriceHearer {
  readonly onPrices: (entries: readonly ChangeEntry[]) => void;
  /** Prices that were published after `missedFrom` are lost. */
  readonly onGap: (missedFrom: string) => void;
}

/** Reads what is published, once for all listeners, from the moment it starts until it is stopped. Goes on after an outage of Redis. */
export class PriceReader {
  /** The newest entry that was told; meaningless until `ready`. */
  lastId = '';
  /** When `lastId` is known; rejects when Redis is away. */
  readonly ready: Promise<void>;
  readonly #changes: Store['changes'];
  readonly #connection: Redis;
  readonly #hearer: PriceHearer;
  readonly #stopping = new AbortController();

  /** @param connect makes a connection for this alone, whose commands may take so long */
  constructor(changes: Store['changes'], connect: (commandTimeoutMs: number) => Redis, hearer: PriceHearer) {
    this.#changes = changes;
    this.#connection = connect(COMMAND_TIMEOUT_MS);
    this.#hearer = hearer;
    this.ready = changes.newest().then((id) => {
      this.lastId = id;
    });
    this.ready.then(
      () => this.#run(),
      () => {},
    );
  }

  stop(): void {
    this.#stopping.abort();
    this.#connection.disconnect();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let isBehind = false;
    while (!signal.aborted) {
      try {
        const read: number = isBehind ? await this.#catchUp() : await this.#wait();
        // Where there is more than was asked for, some of it may be gone before it is read.
        isBehind = read === READ_AT_ONCE;
      } catch {
        isBehind = true;
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #wait(): Promise<number> {
    return this.#tell(await this.#changes.wait(this.#connection, this.lastId, READ_AT_ONCE, WAIT_MS));
  }

  async #catchUp(): Promise<number> {
    const { entries, missed } = await this.#changes.after(this.lastId, READ_AT_ONCE);
    if (this.#stopping.signal.aborted) return 0;
    if (missed) {
      this.#hearer.onGap(this.lastId);
      // Of a stream that is not that one any more nothing can come after the old id.
      if (entries.length === 0) this.lastId = await this.#changes.newest();
    }
    return this.#tell(entries);
  }

  #tell(entries: readonly ChangeEntry[]): number {
    const last = entries.at(-1);
    if (last === undefined || this.#stopping.signal.aborted) return 0;
    this.lastId = last.id;
    this.#hearer.onPrices(entries);
    return entries.length;
  }
}
