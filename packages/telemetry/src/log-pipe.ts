import { writeSync } from 'node:fs';

/** What a LogPipe may be told besides. */
export interface LogPipeOptions {
  /** Bytes that wait for a reader at most; what comes beyond is dropped and counted. */
  readonly maxWaitingBytes?: number;
  /** Called when lines get through again after some were dropped. */
  readonly onDropped?: (lines: number) => void;
}

const MAX_WAITING_BYTES = 8_388_608;
const TRY_AGAIN_MS = 50;
/** The last lines wait so long for a reader when the process ends. */
const LAST_WORDS_MS = 500;
const NAP_MS = 10;

/**
 * Where log lines go: a file descriptor, written without waiting. A reader that stalls (the pipe is full) holds up neither the process nor its
 * end: lines wait in memory, up to a bound, and half a second at the exit. A reader that is gone costs the lines, nothing else.
 *
 * The first line of a turn of the event loop is written at once, those after it together: a process that hangs or is killed has said what
 * it said before.
 */
export class LogPipe {
  readonly #fd: number;
  readonly #maxWaitingBytes: number;
  readonly #onDropped: (lines: number) => void;
  #lines: string[] = [];
  #rest: Buffer = Buffer.alloc(0);
  /** Length of the lines: about their bytes. */
  #waitingChars = 0;
  #dropped = 0;
  #isScheduled = false;

  constructor(fd: number, { maxWaitingBytes = MAX_WAITING_BYTES, onDropped = () => {} }: LogPipeOptions = {}) {
    this.#fd = fd;
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#onDropped = onDropped;
    process.on('exit', this.#lastWords);
  }

  write(line: string): void {
    if (this.#rest.length + this.#waitingChars + line.length > this.#maxWaitingBytes) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waitingChars += line.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const isThrough = this.#drain();
    if (isThrough) setImmediate(this.#go);
    else setTimeout(this.#go, TRY_AGAIN_MS).unref();
  }

  readonly #go = (): void => {
    const isThrough = this.#drain();
    this.#isScheduled = !isThrough;
    if (!isThrough) setTimeout(this.#go, TRY_AGAIN_MS).unref();
    else if (this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#onDropped(dropped);
    }
  };

  /** Writes what the descriptor takes; true when nothing is left. What it refuses for another reason than being full is lost. */
  #drain(): boolean {
    while (this.#lines.length > 0 || this.#rest.length > 0) {
      if (this.#rest.length === 0) {
        this.#rest = Buffer.from(this.#lines.join(''));
        this.#lines = [];
        this.#waitingChars = 0;
      }
      try {
        this.#rest = this.#rest.subarray(writeSync(this.#fd, this.#rest));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') return false;
        this.#rest = Buffer.alloc(0);
      }
    }
    return true;
  }

  readonly #lastWords = (): void => {
    const untilMs = performance.now() + LAST_WORDS_MS;
    while (!this.#drain() && performance.now() < untilMs) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    }
  };
}
