import type { GatewayClient } from './client.ts';
import type { SharedKeyState } from './key-state.ts';

/** Where a watch looks, and whom it tells. */
export interface KeyWatchOptions {
  readonly client: Pick<GatewayClient, 'replaceKeys' | 'applyKeyStates'>;
  /** What all processes know of the keys. */
  readonly readStates: () => Promise<readonly SharedKeyState[]>;
  /** The keys if they are others than the last time, else undefined; absent where they cannot change. */
  readonly changedKeys?: (() => Promise<readonly string[] | undefined>) | undefined;
  /** Called with new keys before they are used, so that they are known as secrets. */
  readonly onKeys: (keys: readonly string[]) => void;
  /** What went wrong with one look; the keys and states from before stay in force, and the next look comes. */
  readonly onError: (error: Error) => void;
  /** Time between two looks in ms; 1000 if not given. */
  readonly everyMs?: number;
}

/** Keeps the keys of a client what they are by now: looks once a second for states that others shared, and for other keys. */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  readonly #everyMs: number;
  #stopped = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: KeyWatchOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? 1000;
  }

  /** Resolves when both have been looked at once. Never rejects. */
  async start(): Promise<void> {
    // Each at its own pace: a Redis that hangs must not hold up a key file.
    await Promise.all([this.#again(() => this.#lookAtStates()), this.#again(() => this.#lookAtKeys())]);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #again(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (!this.#stopped) this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#again(look);
    }, this.#everyMs);
    this.#timers.add(timer);
  }

  async #lookAtStates(): Promise<void> {
    this.#options.client.applyKeyStates(await this.#options.readStates());
  }

  async #lookAtKeys(): Promise<void> {
    const keys = await this.#options.changedKeys?.();
    if (keys === undefined) return;
    this.#options.onKeys(keys);
    this.#options.client.replaceKeys(keys);
  }
}
