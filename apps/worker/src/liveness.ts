import type { Chore } from '@reprice/process';

/** What one look at the queue finds. */
export interface QueueLook {
  /** Whether jobs wait that may be taken. */
  readonly waiting: boolean;
  /** Whether there is a reason not to take any: a rest, a pause, a closed day, a freeze, no free place in this process. */
  readonly keptBack: boolean;
}

const LOOK_MS = 4000;
/** Packs that wait so long, with nothing that keeps them back, mean that this process is stuck. */
const STUCK_AFTER_MS = 60_000;
/** When looks fail or hang, Redis is away: what was seen before says nothing any more. */
const LOOK_HOLDS_MS = 10_000;

/**
 * Finds out that this process takes no packs though it should, such as after a connection that died without a word: only a restart helps.
 * A Redis that is away, or a limit, is no reason to restart.
 */
export class WorkerLiveness {
  readonly #look: () => Promise<QueueLook>;
  readonly #steadyMs: () => number;
  #starts = 0;
  #startsSeen = 0;
  #idleSinceMs: number | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(look: () => Promise<QueueLook>, steadyMs = () => performance.now()) {
    this.#look = look;
    this.#steadyMs = steadyMs;
  }

  /** A pack began. */
  started(): void {
    this.#starts++;
  }

  chore(): Chore {
    return { everyMs: LOOK_MS, run: () => this.look() };
  }

  /** Looks once. */
  async look(): Promise<void> {
    // A process that starts packs need not ask.
    const isBusy = this.#starts !== this.#startsSeen;
    const { waiting, keptBack } = isBusy ? { waiting: true, keptBack: false } : await this.#look();
    const nowMs = this.#steadyMs();
    const isIdle = !isBusy && waiting && !keptBack && this.#starts === this.#startsSeen;
    const isInARow = nowMs - this.#lookedAtMs <= LOOK_HOLDS_MS;
    if (!isIdle) this.#idleSinceMs = undefined;
    else if (this.#idleSinceMs === undefined || !isInARow) this.#idleSinceMs = nowMs;
    this.#startsSeen = this.#starts;
    this.#lookedAtMs = nowMs;
  }

  /** Whether this process is alive; if not, `detail` says why. */
  state(): { readonly ok: boolean; readonly detail: string } {
    const idleMs = this.#idleSinceMs === undefined ? 0 : this.#lookedAtMs - this.#idleSinceMs;
    if (idleMs < STUCK_AFTER_MS) return { ok: true, detail: '' };
    const detail = `Jobs wait, nothing keeps them back, and this process has started none for ${Math.round(idleMs / 1000)} s: restart it.`;
    return { ok: false, detail };
  }
}
