import { setTimeout as sleep } from 'node:timers/promises';
import { type ChangeEntry, type ChangePage, compareChangeIds, type Store } from '@reprice/store';
import type { Redis } from 'ioredis';
import { unavailable } from '../problem/problem.ts';
import type { EventType } from '../schemas/events.ts';
import type { StatsSource } from '../stats/stats-source.ts';
import type { Listener } from './listener.ts';
import { PriceReader } from './price-reader.ts';
import { eventBytes, greeting, ping, type WireEvent } from './sse.ts';
import { States } from './states.ts';

const PING_MS = 15_000;
const RETRY_MS = 2000;
/** Then a client must come back, so that its key is looked at again. */
const LISTEN_AT_MOST_MS = 3_600_000;
/** Entries sent to one that resumes before it must have taken them. */
const REPLAY_AT_ONCE = 20;
/** The reader is some milliseconds behind what another process has told already. */
const READER_BEHIND_MS = 20;

/** How a hub is made. */
export interface EventHubOptions {
  readonly store: Store;
  readonly stats: StatsSource;
  /** Makes a connection for one use alone, whose commands may take so long, and fail while Redis is away. */
  readonly connect: (commandTimeoutMs: number) => Redis;
}

/**
 * Tells clients what happens. Reads the published prices with one connection and looks at the states once a second, both for all clients
 * together, and only while there are any.
 */
export class EventHub {
  readonly #store: Store;
  readonly #connect: EventHubOptions['connect'];
  readonly #states: States;
  readonly #listeners = new Set<Listener>();
  #reader: PriceReader | undefined;
  #pinging: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** The page of a replay that is read now; the next one waits for it, so that many who come back leave time for others. */
  #page: Promise<unknown> = Promise.resolve();

  constructor({ store, stats, connect }: EventHubOptions) {
    this.#store = store;
    this.#connect = connect;
    this.#states = new States(store, stats, {
      wants: (type) => this.#wants(type),
      onEvents: (events) => this.#tell(events),
    });
  }

  /**
   * Lets a client listen: first all states as they are now, then what happens; prices from `after` on, or from now. Rejects, with nothing
   * sent, while Redis is away; `begin` is called before the first byte.
   */
  async join(listener: Listener, after: string | undefined, begin: () => void): Promise<void> {
    this.#requireOpen();
    // Whoever left before they were let in says so no more.
    if (listener.isGone) return;
    const wantsPrices = listener.filter.types.has('prices');
    let asked: WireEvent | undefined;
    this.#listeners.add(listener);
    listener.onGone(() => this.#leave(listener));
    try {
      if (wantsPrices) this.#reader ??= this.#read();
      await Promise.all([this.#states.ready(), wantsPrices ? this.#reader?.ready : undefined]);
      asked = await this.#batchAskedFor(listener);
    } catch (error) {
      this.#leave(listener);
      throw error;
    }
    this.#requireOpen();
    if (listener.isGone) return;
    begin();
    this.#pinging ??= setInterval(() => this.#ping(), PING_MS);
    const reader = wantsPrices ? this.#reader : undefined;
    listener.send(greeting(RETRY_MS, after ?? reader?.lastId));
    listener.isTold = true;
    const latest = this.#states.latest();
    const isKnown = latest.some((event) => event.batchId !== undefined && event.batchId === asked?.batchId);
    listener.send(bytesFor(listener, asked && !isKnown ? [...latest, asked] : latest));
    if (reader === undefined) return;
    if (after === undefined) listener.isLive = true;
    // An error in here is an outage: the client comes back and goes on where it was.
    else await this.#replay(listener, reader, after).catch(() => listener.end());
  }

  /** Ends all connections and whatever serves them. */
  close(): void {
    this.#isClosed = true;
    for (const listener of [...this.#listeners]) listener.end();
    this.#stop();
  }

  #requireOpen(): void {
    if (this.#isClosed) throw unavailable('This process ends; connect again.');
  }

  async #batchAskedFor({ filter }: Listener): Promise<WireEvent | undefined> {
    const { batchId, types } = filter;
    return batchId !== undefined && types.has('batch') ? await this.#states.batch(batchId) : undefined;
  }

  #wants(type: EventType): boolean {
    return [...this.#listeners].some((listener) => listener.filter.types.has(type));
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#stop();
    else if (!this.#wants('prices')) this.#stopReading();
  }

  #stop(): void {
    this.#states.stop();
    clearInterval(this.#pinging);
    this.#pinging = undefined;
    this.#stopReading();
  }

  #stopReading(): void {
    this.#reader?.stop();
    this.#reader = undefined;
  }

  #read(): PriceReader {
    const reader = new PriceReader(this.#store.changes, this.#connect, {
      onPrices: (entries) => this.#tellPrices(entries),
      onGap: (missedFrom) => this.#tellGap(missedFrom),
    });
    // A new one for whoever comes next.
    reader.ready.catch(() => {
      if (this.#reader === reader) this.#stopReading();
    });
    return reader;
  }

  #tellPrices(entries: readonly ChangeEntry[]): void {
    if ([...this.#listeners].some((listener) => listener.isLive)) this.#tell(entries.flatMap(wirePrices));
  }

  #tellGap(missedFrom: string): void {
    const bytes = eventBytes('gap', { missedFrom });
    for (const listener of this.#listeners) if (listener.isLive) listener.send(bytes);
  }

  /** Sends events to all who want them: the same bytes to all who want the same. */
  #tell(events: readonly WireEvent[]): void {
    if (events.length === 0) return;
    const byGroup = new Map<string, Buffer>();
    for (const listener of this.#listeners) {
      if (!listener.isTold) continue;
      const group = `${listener.isLive} ${listener.group}`;
      const bytes = byGroup.get(group) ?? bytesFor(listener, events);
      byGroup.set(group, bytes);
      if (bytes.length > 0) listener.send(bytes);
    }
  }

  #ping(): void {
    for (const listener of this.#listeners) {
      if (performance.now() - listener.sinceMs > LISTEN_AT_MOST_MS) listener.end();
      else if (listener.isTold) listener.send(ping(listener.isLive ? this.#reader?.lastId : undefined));
    }
  }

  #readPage(cursor: string, upTo: string): Promise<ChangePage> {
    const read = () => this.#store.changes.after(cursor, REPLAY_AT_ONCE, upTo);
    const page = this.#page.then(read, read);
    this.#page = page;
    return page;
  }

  /** Sends what was published after `after`, at the client's pace, until it is where the reader is. */
  async #replay(listener: Listener, reader: PriceReader, after: string): Promise<void> {
    let cursor = after;
    while (!listener.isGone) {
      const ahead = compareChangeIds(cursor, reader.lastId);
      if (ahead === 0) {
        listener.isLive = true;
        return;
      }
      const upTo = ahead < 0 ? reader.lastId : '+';
      const { entries, missed } = await this.#readPage(cursor, upTo);
      if (missed) await listener.sendAll(eventBytes('gap', { missedFrom: cursor }));
      if (ahead > 0) {
        // Another process told it more than our reader has read; or its id is of a stream that is gone.
        if (missed) cursor = reader.lastId;
        else await sleep(READER_BEHIND_MS);
        continue;
      }
      const events = entries.flatMap(wirePrices).filter((event) => listener.wants(event));
      if (events.length > 0) await listener.sendAll(Buffer.concat(events.map((event) => event.bytes)));
      cursor = entries.length < REPLAY_AT_ONCE ? upTo : (entries.at(-1)?.id ?? upTo);
    }
  }
}

function wirePrices({ id, prices }: ChangeEntry): WireEvent[] {
  const batchId = prices[0]?.batchId;
  if (prices.length === 0) return [];
  return [
    { type: 'prices', ...(batchId !== undefined && { batchId }), bytes: eventBytes('prices', { items: prices }, id) },
  ];
}

function bytesFor(listener: Listener, events: readonly WireEvent[]): Buffer {
  const wanted = events.filter((event) => listener.wants(event) && (event.type !== 'prices' || listener.isLive));
  return Buffer.concat(wanted.map((event) => event.bytes));
}
