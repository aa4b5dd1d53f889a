import type { StreamNote } from '../../apps/simulator/src/market/subscriber.ts';

/** A time in which the client of a stream could not know what happens, and knew that. */
interface Blindness {
  readonly fromMs: number;
  toMs: number;
}

/** From when on the client of a stream could know that an event had happened, whether it got it or not. Times in ms since 1970. */
export class Knowledge {
  readonly #silenceMs: number;
  readonly #told: { readonly seq: number; readonly atMs: number }[] = [];
  readonly #blind: Blindness[] = [];

  /** @param silenceMs a client that hears nothing for so long takes the connection for dead. */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** What the server did. */
  note(note: StreamNote, atMs: number): void {
    const blind = this.#blind.at(-1);
    const isBlind = blind !== undefined && blind.toMs === Number.POSITIVE_INFINITY;
    if (note.kind === 'told') {
      if (isBlind) blind.toMs = atMs;
      if (note.seq > (this.#told.at(-1)?.seq ?? -1)) this.#told.push({ seq: note.seq, atMs });
    } else if (!isBlind) {
      const fromMs = note.kind === 'closed' ? atMs : atMs + this.#silenceMs;
      this.#blind.push({ fromMs, toMs: Number.POSITIVE_INFINITY });
    }
  }

  /**
   * The client knew of the event by a frame with its number or a later one, or it knew from then on that it knows nothing.
   *
   * @param atMs when the event happened. @returns Infinity when it has not had a chance yet.
   */
  fromMs(seq: number, atMs: number): number {
    let low = 0;
    for (let high = this.#told.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#told[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    const told = this.#told[low]?.atMs ?? Number.POSITIVE_INFINITY;
    const blind = this.#blind.find(({ toMs }) => toMs >= atMs);
    return Math.min(told, blind === undefined ? Number.POSITIVE_INFINITY : Math.max(blind.fromMs, atMs));
  }
}
