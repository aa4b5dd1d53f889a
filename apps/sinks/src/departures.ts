import type { Sinks } from '@reprice/store';

/** Longer than a process takes to start again: its sinks are nobody's meanwhile. */
const GONE_AFTER_MS = 60_000;

/** Notices sinks that were taken out of the config file: no process has delivered to them, and this one does not name them, for a minute. */
export class Departures {
  readonly #sinks: Pick<Sinks, 'left' | 'remove'>;
  readonly #onRemoved: (sink: string) => void;
  readonly #now: () => number;
  #sinceMs = new Map<string, number>();

  /** @param now ms of a clock that never jumps */
  constructor(
    sinks: Pick<Sinks, 'left' | 'remove'>,
    onRemoved: (sink: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#sinks = sinks;
    this.#onRemoved = onRemoved;
    this.#now = now;
  }

  /** To be called again and again. @param named the sinks that there are to be */
  async look(named: ReadonlySet<string>): Promise<void> {
    const left = await this.#sinks.left(named);
    const nowMs = this.#now();
    this.#sinceMs = new Map(left.map((name) => [name, this.#sinceMs.get(name) ?? nowMs]));
    for (const [name, sinceMs] of this.#sinceMs) {
      if (nowMs - sinceMs >= GONE_AFTER_MS && (await this.#sinks.remove(name))) this.#onRemoved(name);
    }
  }
}
