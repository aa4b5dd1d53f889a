import type { BatchStatus, Store } from '@reprice/store';
import type { Redis } from 'ioredis';
import { isUnavailable } from './problem/dependency.ts';

/** How often a batch is looked at in case its message was lost, in ms. */
const lookMs = 1000;

/** Tells when batches are done, by the message that the last settled row sends. Connects when first asked. */
export class BatchDone {
  readonly #store: Store;
  readonly #connect: () => Redis;
  readonly #waiting = new Map<string, Set<() => void>>();
  #redis: Redis | undefined;
  #isReleased = false;

  /** @param connect makes a connection of its own: one that subscribes can do nothing else */
  constructor(store: Store, connect: () => Redis) {
    this.#store = store;
    this.#connect = connect;
  }

  /** Waits until a batch is done (or cancelled, or gone), at most `timeoutMs`; true if it is. */
  async wait(batchId: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    this.#listen();
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const message = this.#message(batchId, Math.max(0, Math.min(lookMs, endMs - performance.now())), signal);
      const status = await this.#status(batchId);
      if (status !== 'running' && status !== 'receiving') {
        message.cancel();
        return true;
      }
      if (signal.aborted || this.#isReleased || performance.now() >= endMs) {
        message.cancel();
        return false;
      }
      await message.come;
    }
  }

  /** Lets all who wait, and who would, go: what they wait for is not done. */
  release(): void {
    this.#isReleased = true;
    for (const wakes of this.#waiting.values()) for (const wake of [...wakes]) wake();
  }

  /** Ends the connection. */
  close(): void {
    this.#redis?.disconnect();
  }

  /** A Redis that is away may be back before the wait is over: till then the batch counts as running. */
  async #status(batchId: string): Promise<BatchStatus | undefined> {
    try {
      return (await this.#store.batches.get(batchId))?.status;
    } catch (error) {
      if (isUnavailable(error)) return 'running';
      throw error;
    }
  }

  #message(batchId: string, timeoutMs: number, signal: AbortSignal): { come: Promise<void>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(batchId) ?? new Set();
    this.#waiting.set(batchId, waiting);
    const timer = setTimeout(() => cancel(), timeoutMs);
    const cancel = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      waiting.delete(cancel);
      if (waiting.size === 0 && this.#waiting.get(batchId) === waiting) this.#waiting.delete(batchId);
      resolve();
    };
    waiting.add(cancel);
    signal.addEventListener('abort', cancel, { once: true });
    return { come: promise, cancel };
  }

  #listen(): void {
    if (this.#redis !== undefined) return;
    this.#redis = this.#connect();
    this.#redis.on('message', (_channel: string, batchId: string) => {
      for (const wake of [...(this.#waiting.get(batchId) ?? [])]) wake();
    });
    // Without the message waiting only takes a little longer.
    this.#redis.subscribe(this.#store.keys.batchDone()).catch(() => undefined);
  }
}
