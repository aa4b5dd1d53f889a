import type { Socket } from 'node:net';
import type { LineFaults } from './proxy.ts';

/** One direction of a proxied connection: takes bytes, holds them back as the faults want, and passes them on in order. */
export class Direction {
  readonly #to: Socket;
  readonly #from: Socket;
  readonly #faults: () => LineFaults;
  readonly #held: { readonly dueMs: number; readonly bytes: Buffer }[] = [];
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  #freeAtMs = 0;

  /** @param seen hears of all bytes before they pass; it may destroy the sockets */
  constructor(from: Socket, to: Socket, faults: () => LineFaults, seen: (bytes: Buffer) => void) {
    this.#from = from;
    this.#to = to;
    this.#faults = faults;
    from.on('data', (bytes: Buffer) => {
      seen(bytes);
      if (to.destroyed) return;
      this.#held.push({ dueMs: performance.now() + (faults().delayMs ?? 0), bytes });
      this.look();
    });
    from.on('end', () => {
      this.#ended = true;
      this.look();
    });
    to.on('drain', () => from.resume());
    to.on('close', () => clearTimeout(this.#timer));
  }

  /** Passes on what may go now; called again when the faults change. */
  look(): void {
    clearTimeout(this.#timer);
    const { blackHole = false, bytesPerSecond } = this.#faults();
    if (blackHole) {
      this.#from.pause();
      return;
    }
    if (this.#held.length < 1000) this.#from.resume();
    for (;;) {
      const [next] = this.#held;
      if (!next) break;
      const waitMs = Math.max(next.dueMs, this.#freeAtMs) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.look(), waitMs);
        return;
      }
      this.#held.shift();
      const rate = bytesPerSecond ?? Number.POSITIVE_INFINITY;
      const most = Math.max(1, Math.floor(rate / 10));
      if (next.bytes.length > most) this.#held.unshift({ ...next, bytes: next.bytes.subarray(most) });
      const bytes = next.bytes.length > most ? next.bytes.subarray(0, most) : next.bytes;
      this.#freeAtMs = performance.now() + (bytes.length / rate) * 1000;
      if (!this.#to.write(bytes)) this.#from.pause();
    }
    if (this.#ended) this.#to.end();
  }
}
