import { setTimeout as sleep } from 'node:timers/promises';
import type { PackRun, Verdict } from '@reprice/queue';
import type { FetchGate } from './fetch-gate.ts';
import type { Tools } from './pipeline/tools.ts';
import type { RunPack } from './quarantine.ts';

/** What a KeyHold works with. */
export interface KeyHoldOptions {
  readonly gate: Pick<FetchGate, 'hold' | 'letGo'>;
  /** How many of this process's gateway keys may be used or tried now. */
  readonly keysLeft: () => number;
  readonly onHeld: () => void;
  readonly onReleased: () => void;
}

const LOOK_AGAIN_MS = 500;

/**
 * Stops fetching packs while no gateway key of this process can be used. Others may have keys that can: they go on at their pace, and what
 * this process had taken goes back to its place for them, without losing an attempt.
 */
export class KeyHold {
  readonly #options: KeyHoldOptions;
  #held = false;
  #closed = false;

  constructor(options: KeyHoldOptions) {
    this.#options = options;
  }

  /** A call found no key that can be used. */
  readonly lost = (): void => {
    if (this.#held || this.#closed) return;
    this.#held = true;
    void this.#untilUsable();
  };

  /** Gives packs back that were on their way while the fetching was stopped, before admission books a slot for them. */
  readonly around = (next: RunPack): RunPack => {
    return async (tools: Tools, run: PackRun): Promise<Verdict> =>
      this.#held ? { kind: 'return' } : await next(tools, run);
  };

  close(): void {
    this.#closed = true;
  }

  async #untilUsable(): Promise<void> {
    const { gate, keysLeft, onHeld, onReleased } = this.#options;
    gate.hold('keys');
    onHeld();
    do {
      await sleep(LOOK_AGAIN_MS);
      if (this.#closed) return;
    } while (keysLeft() === 0);
    this.#held = false;
    gate.letGo('keys');
    onReleased();
  }
}
