import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** Waits for batches to be done, on a connection of its own. */
export class DoneBatches {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #subscribed: Promise<unknown>;

  /** @param subscriber a connection that nobody else uses: Redis takes no other commands on it */
  constructor(subscriber: Redis, keys: Keys) {
    this.#subscribed = subscriber.subscribe(keys.batchDone());
    this.#subscribed.catch(() => {}); // wait() reports it
    subscriber.on('message', (_channel: string, id: string) => {
      for (const wake of this.#waiting.get(id) ?? []) wake();
    });
  }

  /** True when the batch was done within `timeoutMs`. `isDone` is asked after listening began, so that no message is missed. */
  async wait(id: string, timeoutMs: number, isDone: () => Promise<boolean>): Promise<boolean> {
    await this.#subscribed;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = (): void => resolve(true);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const wakes = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, wakes.add(wake));
    try {
      if (await isDone()) return true;
      return (await promise) || (await isDone());
    } finally {
      clearTimeout(timer);
      wakes.delete(wake);
      if (wakes.size === 0) this.#waiting.delete(id);
    }
  }
}
