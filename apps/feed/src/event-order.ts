import type { MarketEvent } from './market-message.ts';

/** What becomes of an event: its turn is now; it waits for those before it; it was there before; or there is no room to let it wait. */
export type Place = 'next' | 'early' | 'duplicate' | 'no-room';

/** Most that waits for an earlier event, as events and as text. */
const ROOM = { events: 10_000, bytes: 4_194_304 };

/**
 * Puts events into the order of their seq. What comes early waits here; where that takes too much room the oldest of it goes, since it is the
 * first that the market's pages of events bring again.
 */
export class EventOrder {
  readonly #early = new Map<number, MarketEvent>();
  #bytes = 0;
  #last = 0;
  #told = 0;

  /** The seq of the last event whose turn it was. */
  get last(): number {
    return this.#last;
  }

  /** Whether nothing is missing of what the stream told of. */
  get isComplete(): boolean {
    return this.#last >= this.#told;
  }

  get waiting(): number {
    return this.#early.size;
  }

  /** All up to this seq is known; what waits stays. */
  beginAfter(seq: number): void {
    this.#last = seq;
    for (const early of this.#early.keys()) if (early <= seq) this.#remove(early);
  }

  /** A new stream, which stands at this seq. */
  begin(told: number): void {
    this.#told = told;
    this.#early.clear();
    this.#bytes = 0;
  }

  /** The stream is as far as this. */
  tell(seq: number): void {
    this.#told = Math.max(this.#told, seq);
  }

  /** Where an event of the stream belongs. `next` is told of one alone, which the caller then passes with `pass`. */
  place(event: MarketEvent): Place {
    this.tell(event.seq);
    if (event.seq <= this.#last || this.#early.has(event.seq)) return 'duplicate';
    if (event.seq === this.#last + 1) return 'next';
    return this.keep(event) ? 'early' : 'no-room';
  }

  /** Lets an event wait; false if another one had to go for it. */
  keep(event: MarketEvent): boolean {
    if (event.seq <= this.#last || this.#early.has(event.seq)) return true;
    this.#early.set(event.seq, event);
    this.#bytes += event.bytes;
    let hasRoom = true;
    while (this.#early.size > ROOM.events || this.#bytes > ROOM.bytes) {
      hasRoom = false;
      for (const oldest of this.#early.keys()) {
        this.#remove(oldest);
        break;
      }
    }
    return hasRoom;
  }

  /** The event whose turn it is, if it waits. */
  get next(): MarketEvent | undefined {
    return this.#early.get(this.#last + 1);
  }

  /** The turn of this seq is over. */
  pass(seq: number): void {
    this.#last = seq;
    this.#remove(seq);
  }

  #remove(seq: number): void {
    const event = this.#early.get(seq);
    if (event === undefined) return;
    this.#early.delete(seq);
    this.#bytes -= event.bytes;
  }
}
