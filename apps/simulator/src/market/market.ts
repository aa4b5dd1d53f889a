import { seededRandom } from '../random.ts';
import { firstState, nextMove } from './market-moves.ts';
import { type PoisonKind, poisonedItem } from './poison.ts';

/** The fields of an observation, as they go over the wire. */
export type MarketItem = Readonly<Record<string, unknown>> & { readonly sku: string };

/** Something that happened on the market. */
export interface MarketEvent {
  /** Ordered as text like `seq` is as a number. */
  readonly id: string;
  /** 1 for the first event of the market, 1 more for each after it. */
  readonly seq: number;
  /** ISO time; many events share one. */
  readonly at: string;
  /** What changed of a SKU, with `observedAt`. */
  readonly item: MarketItem;
}

/** The place of an event; id '' and seq 0 before the first. */
export interface MarketPosition {
  readonly at: string;
  readonly id: string;
  readonly seq: number;
}

/** A page of events from a cursor on. */
export interface EventPage {
  readonly items: readonly MarketEvent[];
  readonly hasMore: boolean;
}

/** A page of SKUs; `nextAfter` is null on the last one. */
export interface StatePage {
  readonly items: readonly MarketItem[];
  readonly nextAfter: string | null;
}

const usualKeptEvents = 1_000_000;

/** What is for sale, how it stands, and all that happened: the truth that a feed has to arrive at. */
export class Market {
  readonly #nowMs: () => number;
  readonly #keptEvents: number;
  readonly #states = new Map<string, MarketItem>();
  /** In the order of their text; undefined after a SKU came. */
  #sorted: string[] | undefined;
  readonly #opened: string[] = [];
  #events: MarketEvent[] = [];
  #random = seededRandom(1);
  #last: MarketPosition;
  readonly #listeners = new Set<(events: readonly MarketEvent[]) => void>();

  /**
   * @param nowMs Unix time in ms; where it goes back, the market's time stands still.
   * @param keptEvents at least; who asks for older ones is told to begin with the snapshot.
   */
  constructor(nowMs: () => number, keptEvents = usualKeptEvents) {
    this.#nowMs = nowMs;
    this.#keptEvents = keptEvents;
    this.#last = { at: new Date(nowMs()).toISOString(), id: '', seq: 0 };
  }

  /** The newest event. */
  get last(): MarketPosition {
    return this.#last;
  }

  get skus(): number {
    return this.#states.size;
  }

  /** All that are kept, oldest first. */
  get events(): readonly MarketEvent[] {
    return this.#events;
  }

  /** Has `listener` told of all events from now on, those of one moment together. */
  onEvents(listener: (events: readonly MarketEvent[]) => void): void {
    this.#listeners.add(listener);
  }

  /** From now on the same seed gives the same moves. */
  seed(seed: number): void {
    this.#random = seededRandom(seed);
  }

  /** Brings SKUs onto the market until there are `skus` of its own. */
  open(skus: number): void {
    const items: MarketItem[] = [];
    while (this.#opened.length < skus) {
      const sku = `M-${String(this.#opened.length + 1).padStart(6, '0')}`;
      this.#opened.push(sku);
      items.push(firstState(sku, this.#random));
    }
    this.happen(items);
  }

  /** Makes so many seeded moves of its own SKUs, all at one moment; none without SKUs. */
  move(events: number): void {
    if (this.#opened.length === 0) return;
    const items: MarketItem[] = [];
    const ahead = new Map<string, MarketItem>();
    for (let i = 0; i < events; i += 1) {
      const sku = this.#opened[Math.floor(this.#random() * this.#opened.length)] as string;
      const state = ahead.get(sku) ?? (this.#states.get(sku) as MarketItem);
      const item = nextMove(state, this.#random);
      ahead.set(sku, { ...state, ...item });
      items.push(item);
    }
    this.happen(items);
  }

  /** Lets these happen now, in this order and at one moment: an event each. */
  happen(items: readonly MarketItem[]): void {
    const at = this.#now();
    this.#tell(items.map((item) => this.#event(at, item)));
  }

  /** Sends events that are none, to the stream and the pages alike: how SKUs stand does not change. */
  poison(kinds: readonly PoisonKind[]): void {
    const at = this.#now();
    const [sku = 'M-000001'] = this.#states.keys();
    this.#tell(kinds.map((kind) => this.#append(at, poisonedItem(kind, sku))));
  }

  #now(): string {
    const now = new Date(this.#nowMs()).toISOString();
    return now > this.#last.at ? now : this.#last.at;
  }

  #tell(events: readonly MarketEvent[]): void {
    if (events.length === 0) return;
    if (this.#events.length > 1.1 * this.#keptEvents) this.#events = this.#events.slice(-this.#keptEvents);
    for (const listener of this.#listeners) listener(events);
  }

  #event(at: string, item: MarketItem): MarketEvent {
    const state = this.#states.get(item.sku);
    if (state === undefined) this.#sorted = undefined;
    const change = { ...item, observedAt: at };
    this.#states.set(item.sku, { ...state, ...change });
    return this.#append(at, change);
  }

  #append(at: string, item: MarketItem): MarketEvent {
    const seq = this.#last.seq + 1;
    const event = { id: `e${String(seq).padStart(12, '0')}`, seq, at, item };
    this.#last = { at, id: event.id, seq };
    this.#events.push(event);
    return event;
  }

  /**
   * Events with (at, id) ≥ (since, sinceId), oldest first: the first is the one that the cursor stands on.
   *
   * @param since ISO time in ms. @returns 'too-old' where such events are no longer kept.
   */
  eventsSince(since: string, sinceId: string, limit: number): EventPage | 'too-old' {
    const first = this.#events[0];
    const forgot = first !== undefined && first.seq > 1;
    if (forgot && !isBefore(first, since, sinceId) && first.id !== sinceId) return 'too-old';
    let low = 0;
    for (let high = this.#events.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#events[middle] as MarketEvent, since, sinceId)) low = middle + 1;
      else high = middle;
    }
    return { items: this.#events.slice(low, low + limit), hasMore: low + limit < this.#events.length };
  }

  /** How SKUs stand, by the order of their text, those after `after` alone. A field that was cleared is null. */
  statesAfter(after: string, limit: number): StatePage {
    this.#sorted ??= [...this.#states.keys()].sort();
    const sorted = this.#sorted;
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as string) <= after) low = middle + 1;
      else high = middle;
    }
    const page = sorted.slice(low, low + limit);
    const isLast = low + limit >= sorted.length;
    return {
      items: page.map((sku) => this.#states.get(sku) as MarketItem),
      nextAfter: isLast ? null : (page.at(-1) as string),
    };
  }
}

function isBefore(event: MarketEvent, since: string, sinceId: string): boolean {
  return event.at < since || (event.at === since && event.id < sinceId);
}
