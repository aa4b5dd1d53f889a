import type { MarketEvent } from './market-message.ts';

/** What becomes of an event: its turn is now; it waits for those before it; or it was there before. */
export type Place = 'next' | 'early' | 'duplicate';

/** Half of what waits for an earlier event at most, as events and as text. */
const HALF = { events: 5000, bytes: 2_097_152 };

/** Events by their seq, and how much room they take. */
class Early {
  readonly events = new Map<number, MarketEvent>();
  bytes = 0;

  add(event: MarketEvent): void {
    this.events.set(event.seq, event);
    this.bytes += event.bytes;
  }

  remove(seq: number): void {
    const event = this.events.get(seq);
    if (event === undefined) return;
    this.events.delete(seq);
    this.bytes -= event.bytes;
  }
}

/**
 * Puts events into the order of their seq. What comes early waits here; where that takes too much room the older half of it goes, since it is
 * the first that the market's pages of events bring again.
 */
export class EventOrder {
  #newer = new Early();
  #older = new Early();
  #last = 0;
  #told = 0;
  /** Events that had to go, so far. */
  dropped = 0;

  /** The seq of the last event whose turn it was. */
  get last(): number {
    return this.#last;
  }

  /** Whether nothing is missing of what the stream told of. */
  get isComplete(): boolean {
    return this.#last >= this.#told;
  }

  get waiting(): number {
    return this.#older.events.size + this.#newer.events.size;
  }

  /** All up to this seq is known; what waits stays. */
  beginAfter(seq: number): void {
    this.#last = seq;
    for (const half of [this.#older, this.#newer])
      for (const early of half.events.keys()) if (early <= seq) half.remove(early);
  }

  /** A new stream, which stands at this seq. */
  begin(told: number): void {
    this.#told = told;
    this.#older = new Early();
    this.#newer = new Early();
  }

  /** The stream is as far as this. */
  tell(seq: number): void {
    this.#told = Math.max(this.#told, seq);
  }

  /** Where an event of the stream belongs. What is `next` the caller hands on, and then says so with `pass`; what is early is kept. */
  place(event: MarketEvent): Place {
    this.tell(event.seq);
    if (event.seq === this.#last + 1) return 'next';
    return this.keep(event) ? 'early' : 'duplicate';
  }

  /** Lets an event wait; false if it was there before. */
  keep(event: MarketEvent): boolean {
    const { seq } = event;
    if (seq <= this.#last || this.#older.events.has(seq) || this.#newer.events.has(seq)) return false;
    this.#newer.add(event);
    if (this.#newer.events.size >= HALF.events || this.#newer.bytes >= HALF.bytes) {
      this.dropped += this.#older.events.size;
      this.#older = this.#newer;
      this.#newer = new Early();
    }
    return true;
  }

  /** The event whose turn it is, if it waits. */
  get next(): MarketEvent | undefined {
    const seq = this.#last + 1;
    return this.#older.events.get(seq) ?? this.#newer.events.get(seq);
  }

  /** The turn of this seq is over. */
  pass(seq: number): void {
    this.#last = seq;
    this.#older.remove(seq);
    this.#newer.remove(seq);
  }
}
