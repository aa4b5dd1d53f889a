import { type Chore, ownIdentity } from '@reprice/process';
import type { ProcessIdentity, Store } from '@reprice/store';
import type { Redis } from 'ioredis';

const BEAT_MS = 1000;
/** With Redis away, nobody hears that we leave. */
const LEAVE_WITHIN_MS = 500;

/** How others see that this process lives: a sign of life each second, and an open connection that even a frozen process keeps. */
export class Presence {
  readonly self: ProcessIdentity = ownIdentity('worker');
  readonly #store: Store;
  readonly #connection: Redis;

  /** @param connection for this alone: it listens where nothing is ever said */
  constructor(store: Store, connection: Redis, onError: (error: Error) => void) {
    this.#store = store;
    this.#connection = connection;
    connection.subscribe(store.processes.presenceChannel(this.self.id)).catch(onError);
  }

  chore(): Chore {
    return { everyMs: BEAT_MS, run: () => this.#store.processes.beat(this.self) };
  }

  async leave(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LEAVE_WITHIN_MS);
    await Promise.race([this.#store.processes.leave(this.self.id).catch(() => {}), late]);
    clearTimeout(timer);
    this.#connection.disconnect();
  }
}
