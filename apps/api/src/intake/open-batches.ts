import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@reprice/store';

/** How often it is tried to abandon a batch while Redis is away, in ms. */
const retryMs = 1000;

/** After this long Redis forgets a batch that was never accepted by itself, in ms. */
const giveUpMs = 3_600_000;

/**
 * The batches that this process opened and has not accepted. One that will not be accepted is abandoned, and if Redis is away, again
 * until it is back: whoever was told that nothing was accepted finds nothing running, also when the acceptance arrived and only its answer
 * was lost; unless the same was sent again meanwhile, with the same Idempotency-Key, and found it accepted.
 */
export class OpenBatches {
  readonly #batches: Pick<Store['batches'], 'open' | 'abandon'>;
  /** With each the hash of its Idempotency-Key. */
  readonly #open = new Map<string, string | undefined>();
  readonly #retryMs: number;

  constructor(batches: Pick<Store['batches'], 'open' | 'abandon'>, options: { retryMs?: number } = {}) {
    this.#batches = batches;
    this.#retryMs = options.retryMs ?? retryMs;
  }

  /** Opens a batch, for a request with an Idempotency-Key by that key's hash; resolves with its id. */
  async open(batch: Parameters<Store['batches']['open']>[0], keyHash?: string): Promise<string> {
    const id = await this.#batches.open(batch);
    this.#open.set(id, keyHash);
    return id;
  }

  /** The batch was accepted: it stays. */
  accepted(id: string): void {
    this.#open.delete(id);
  }

  /** Forgets a batch; resolves after the first try, and goes on trying where that failed. */
  async abandon(id: string): Promise<void> {
    if (!(await this.#tried(id))) void this.#keepTrying(id);
  }

  /** Abandons all that is open, in one try each: the process ends. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#tried(id)));
  }

  async #keepTrying(id: string): Promise<void> {
    const endMs = performance.now() + giveUpMs;
    do await sleep(this.#retryMs, undefined, { ref: false });
    while (!(await this.#tried(id)) && performance.now() < endMs);
  }

  async #tried(id: string): Promise<boolean> {
    try {
      await this.#batches.abandon(id, this.#open.get(id));
      this.#open.delete(id);
      return true;
    } catch {
      return false;
    }
  }
}
