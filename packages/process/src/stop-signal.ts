/** Who told this process to stop: a signal, or the end of the process that started it. */
export type StopCause = 'SIGTERM' | 'SIGINT' | 'disconnect';

/**
 * Hears that the process is to stop. Before anybody is there to stop anything it exits with 0 at once; a second signal exits with 1,
 * whatever is still in flight. That our parent goes when we were told to stop already changes nothing. A parent with a channel to us is
 * told of each signal, so that it does not pass on what its whole process group has heard.
 */
export class StopSignal {
  #begin: ((cause: StopCause) => void) | undefined;
  #told = false;

  constructor() {
    process.on('SIGTERM', this.#hear).on('SIGINT', this.#hear);
    process.once('disconnect', () => {
      if (!this.#told) this.#tell('disconnect');
    });
  }

  /** Has `begin` called when the process is told to stop, instead of the exit. */
  handle(begin: (cause: StopCause) => void): void {
    this.#begin = begin;
  }

  #hear = (signal: 'SIGTERM' | 'SIGINT'): void => {
    this.#tell(signal);
    if (process.connected) process.send?.({ heard: signal }, () => {});
  };

  #tell(cause: StopCause): void {
    if (this.#told) process.exit(1);
    this.#told = true;
    if (!this.#begin) process.exit(0);
    this.#begin(cause);
  }
}
