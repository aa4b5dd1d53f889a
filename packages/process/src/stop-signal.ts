/** Who told this process to stop: a signal, or the end of the process that started it. */
export type StopCause = 'SIGTERM' | 'SIGINT' | 'disconnect';

/** A signal that our parent got within this time, ms, after we did is the same: sent to the whole process group, and by npm once more. */
const sameSignalMs = 1000;
/** Its word may overtake a signal of ours by a few ms. */
const overtakingMs = 100;

/**
 * Hears signals to this process, and those that a parent with a channel to us got, which it tells as `{ signal }` once we told it
 * `{ takesSignals: true }`, unless we have heard them ourselves. We are to find that out, not our parent: it cannot know in time what a busy
 * process has heard.
 */
export function hearSignals<S extends NodeJS.Signals>(signals: readonly S[], hear: (signal: S) => void): void {
  let heardAtMs = Number.NEGATIVE_INFINITY;
  for (const signal of signals) {
    process.on(signal, () => {
      heardAtMs = performance.now();
      hear(signal);
    });
  }
  process.on('message', ({ signal }: { readonly signal?: S }) => {
    if (signal === undefined || !signals.includes(signal)) return;
    const hearUnlessHeard = (): void => {
      if (performance.now() - heardAtMs >= sameSignalMs) hear(signal);
    };
    // Of what waits for us when we were busy, signals are heard after timers, and before immediates.
    setTimeout(setImmediate, overtakingMs, hearUnlessHeard);
  });
  process.send?.({ takesSignals: true }, () => {});
}

/**
 * Hears that the process is to stop. Before anybody is there to stop anything it exits with 0 at once; a second signal exits with 1,
 * whatever is still in flight. That our parent goes when we were told to stop already changes nothing.
 */
export class StopSignal {
  #begin: ((cause: StopCause) => void) | undefined;
  #told = false;

  constructor() {
    hearSignals(['SIGTERM', 'SIGINT'], (signal) => this.#tell(signal));
    process.once('disconnect', () => {
      if (!this.#told) this.#tell('disconnect');
    });
  }

  /** Has `begin` called when the process is told to stop, instead of the exit. */
  handle(begin: (cause: StopCause) => void): void {
    this.#begin = begin;
  }

  #tell(cause: StopCause): void {
    if (this.#told) process.exit(1);
    this.#told = true;
    if (!this.#begin) process.exit(0);
    this.#begin(cause);
  }
}
