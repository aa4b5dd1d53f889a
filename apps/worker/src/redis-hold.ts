import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreHealth } from '@reprice/store';
import type { FetchGate } from './fetch-gate.ts';

/** What a RedisHold works with. */
export interface RedisHoldOptions {
  readonly gate: Pick<FetchGate, 'hold' | 'letGo'>;
  /** Tries a write. */
  readonly health: () => Promise<StoreHealth>;
  readonly onHeld: (detail: string) => void;
  readonly onReleased: () => void;
}

const LOOK_AGAIN_MS = 500;

/**
 * Stops fetching packs while Redis answers with errors: out of memory, read-only, its disk full, a key of the wrong type. BullMQ would
 * fetch again at once, thousands of times a second. Fetching goes on when a write succeeds.
 */
export class RedisHold {
  readonly #options: RedisHoldOptions;
  #held = false;
  #closed = false;

  constructor(options: RedisHoldOptions) {
    this.#options = options;
  }

  /** An error that the fetching or finishing of packs met. Those of the connection are no matter: it comes back by itself. */
  tell(error: Error): void {
    if (this.#held || this.#closed || error.name !== 'ReplyError') return;
    this.#held = true;
    void this.#untilWritable(error.message);
  }

  close(): void {
    this.#closed = true;
  }

  async #untilWritable(cause: string): Promise<void> {
    const { gate, health, onHeld, onReleased } = this.#options;
    gate.hold('redis');
    onHeld(cause);
    for (;;) {
      await sleep(LOOK_AGAIN_MS);
      if (this.#closed) return;
      const { writable, detail } = await health();
      if (writable) break;
      onHeld(detail);
    }
    this.#held = false;
    gate.letGo('redis');
    onReleased();
  }
}
