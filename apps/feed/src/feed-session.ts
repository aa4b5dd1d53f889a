import { setTimeout as sleep } from 'node:timers/promises';
import type { EventOrder } from './event-order.ts';
import type { FeedTally } from './feed-counts.ts';
import type { MarketClock } from './market-clock.ts';
import type { MarketEvent, StreamMessage, Unusable } from './market-message.ts';
import { type Cursor, type MarketPages, MarketPagesError } from './market-pages.ts';
import { MarketStream, type StreamEnd, type StreamTarget } from './market-stream.ts';
import type { Input } from './newest-wins.ts';
import type { Pump } from './pump.ts';
import { saysRefused } from './refused-key.ts';
import type { SeenIds } from './seen-ids.ts';

/** What is covered once all that was handed on by then is stored. */
export interface Mark {
  readonly cursor: Cursor;
  /** All that the market had sent by then, ms of the process's steady clock; absent = something is missing. */
  readonly inSyncAtMs?: number;
}

/** What stays over the connections of a feed. */
export interface FeedMemory {
  readonly order: EventOrder;
  readonly seen: SeenIds;
  readonly clock: MarketClock;
  /** The last event that was handed on; absent = nothing is known: all SKUs are to be read. */
  cursor: Cursor | undefined;
}

/** What a {@link FeedSession} works with. */
export interface SessionParts {
  readonly target: StreamTarget;
  readonly pages: MarketPages;
  readonly memory: FeedMemory;
  readonly pump: Pump<Mark>;
  readonly tally: FeedTally;
  /** What an item says, as observations; or why it cannot be read. */
  readonly read: (item: unknown, at: { readonly iso: string; readonly ms: number }) => Input[] | Unusable;
  readonly quarantine: (why: Unusable, evidence: unknown) => void;
  /** The market sends a heartbeat so often, ms. */
  readonly onHeartbeat: (everyMs: number) => void;
  readonly random: () => number;
}

/** An event that comes before its turn may be followed by the one that is missing; longer is not waited, ms. */
const REORDER_MS = 100;
const POLL_MS = { least: 50, most: 1000 };
const RETRY_MS = { least: 250, most: 5000 };
/** Pages that do not bring what the stream told of for so long never will. */
const STUCK_MS = 10_000;

/**
 * One connection of a feed. It begins with what was missed since the cursor, from the market's pages; what the stream brings meanwhile waits.
 * Then each event is handed on in its turn, and a hole is filled from the pages again.
 */
export class FeedSession {
  readonly #parts: SessionParts;
  readonly #ending = new AbortController();
  #stream: MarketStream | undefined;
  #catchingUp: Promise<void> | undefined;
  #needsSnapshot = false;
  #gapTimer: NodeJS.Timeout | undefined;
  /** The newest that the stream told of, and when it was sent at the latest. */
  #told: { seq: number; sentAtMs: number } = { seq: 0, sentAtMs: Number.NEGATIVE_INFINITY };
  #liveSinceMs: number | undefined;
  #beatAtMs: number | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** For how long it has been in sync, ms. */
  get healthyMs(): number {
    return this.#liveSinceMs === undefined ? 0 : performance.now() - this.#liveSinceMs;
  }

  /** Runs until the connection ends or `signal` says so; resolves with how. */
  async run(signal: AbortSignal): Promise<StreamEnd> {
    const stop = () => this.#end('told to stop');
    signal.addEventListener('abort', stop, { once: true });
    this.#stream = new MarketStream(this.#parts.target, {
      onMessage: (message) => this.#take(message),
      onUnusable: (why, frame) => this.#parts.quarantine(why, frame),
    });
    if (signal.aborted) stop();
    const end = await this.#stream.ended;
    signal.removeEventListener('abort', stop);
    clearTimeout(this.#gapTimer);
    this.#ending.abort();
    await this.#catchingUp;
    return end;
  }

  #end(why: string, isRefused = false): void {
    this.#stream?.close(why, undefined, isRefused);
  }

  #take(message: StreamMessage): void {
    const { clock } = this.#parts.memory;
    const readAtMs = performance.now();
    const openedAtMs = this.#stream?.openedAtMs ?? readAtMs;
    switch (message.kind) {
      case 'subscribed':
        this.#begin(message.seq, openedAtMs);
        break;
      case 'error':
        this.#end(`the market says ${message.code}: ${message.message}`, saysRefused(message.code));
        break;
      case 'heartbeat': {
        const sentAtMs = clock.sentAt(message.atMs, readAtMs, openedAtMs);
        clock.beat(message.atMs, readAtMs);
        if (this.#beatAtMs !== undefined) this.#parts.onHeartbeat(readAtMs - this.#beatAtMs);
        this.#beatAtMs = readAtMs;
        this.#hear(message.seq, sentAtMs);
        break;
      }
      case 'event':
        this.#takeEvent(message.event);
        this.#hear(message.event.seq, clock.sentAt(message.event.atMs, readAtMs, openedAtMs));
    }
  }

  #takeEvent(event: MarketEvent): void {
    const { memory, tally } = this.#parts;
    tally.counts.events += 1;
    tally.lastEventAt = event.at;
    const before = memory.order.dropped;
    const place = this.#catchingUp === undefined ? memory.order.place(event) : this.#park(event);
    tally.counts.dropped += memory.order.dropped - before;
    if (place === 'duplicate') tally.counts.duplicates += 1;
    if (place === 'next' && (!this.#pass(event) || !this.#passWaiting())) this.#overflow();
  }

  /** What the stream brings while the pages are read. */
  #park(event: MarketEvent): 'duplicate' | 'early' {
    const { order } = this.#parts.memory;
    order.tell(event.seq);
    return order.keep(event) ? 'early' : 'duplicate';
  }

  #begin(seq: number, openedAtMs: number): void {
    const { order, cursor } = this.#parts.memory;
    order.begin(seq);
    this.#told = { seq, sentAtMs: openedAtMs };
    // Numbers that went back are those of another stream: what is known by the old ones is worth nothing.
    if (cursor === undefined || seq < cursor.seq) {
      this.#needsSnapshot = true;
      order.beginAfter(seq);
    }
    this.#catchUp('the stream was opened: reading what was missed');
  }

  /** The stream says that it is as far as `seq`, and said so at this time at the latest. */
  #hear(seq: number, sentAtMs: number): void {
    const { order } = this.#parts.memory;
    order.tell(seq);
    if (seq >= this.#told.seq) this.#told = { seq, sentAtMs: Math.max(sentAtMs, this.#told.sentAtMs) };
    if (this.#catchingUp !== undefined) return;
    if (order.isComplete) this.#markInSync();
    else this.#watchGap();
  }

  #markInSync(): void {
    const { memory, pump, tally } = this.#parts;
    if (memory.cursor === undefined) return;
    if (tally.state !== 'live') tally.stand('live');
    this.#liveSinceMs ??= performance.now();
    pump.mark({ cursor: memory.cursor, inSyncAtMs: this.#told.sentAtMs });
  }

  #watchGap(): void {
    if (this.#gapTimer !== undefined) return;
    const { order } = this.#parts.memory;
    const missing = order.last + 1;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = undefined;
      if (order.isComplete || this.#catchingUp !== undefined) return;
      if (order.last >= missing) {
        this.#watchGap();
        return;
      }
      this.#parts.tally.counts.gaps += 1;
      this.#catchUp(`event ${missing} is missing: reading it from the market's pages`);
    }, REORDER_MS);
  }

  #overflow(): void {
    const { tally } = this.#parts;
    tally.counts.dropped += 1;
    tally.counts.gaps += 1;
    this.#catchUp('the store is slow: what had no room is read again from the market');
  }

  /** Hands an event on; false where there is no room for it. */
  #pass(event: MarketEvent): boolean {
    const { memory, pump, read, quarantine, tally } = this.#parts;
    const isNew = memory.seen.add(event.id);
    if (!isNew) tally.counts.duplicates += 1;
    const inputs = isNew ? read(event.item, { iso: event.at, ms: event.atMs }) : [];
    if ('reason' in inputs) quarantine(inputs, event.item);
    else if (!pump.add(inputs)) {
      memory.seen.delete(event.id);
      return false;
    }
    memory.order.pass(event.seq);
    memory.cursor = { at: event.at, id: event.id, seq: event.seq };
    return true;
  }

  /** Hands on what waited for its turn. */
  #passWaiting(): boolean {
    const { order } = this.#parts.memory;
    for (let event = order.next; event !== undefined; event = order.next) if (!this.#pass(event)) return false;
    return true;
  }

  #catchUp(detail: string): void {
    if (this.#catchingUp !== undefined || this.#ending.signal.aborted) return;
    const { tally } = this.#parts;
    tally.stand(tally.state === 'starting' ? 'starting' : 'behind', detail);
    const { signal } = this.#ending;
    this.#catchingUp = this.#readPages(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#end(`catching up failed: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        this.#catchingUp = undefined;
        if (!signal.aborted && this.#parts.memory.order.isComplete) this.#markInSync();
        else if (!signal.aborted) this.#watchGap();
      });
  }

  /** Reads pages until nothing is missing of what the stream told of. */
  async #readPages(signal: AbortSignal): Promise<void> {
    const { memory, pages, random, tally, pump } = this.#parts;
    let movedAtMs = performance.now();
    let isStuck = false;
    for (let fruitless = 0; !signal.aborted; ) {
      try {
        if (this.#needsSnapshot || memory.cursor === undefined) {
          await this.#readSnapshot(signal);
          movedAtMs = performance.now();
        }
        const from = memory.cursor ?? { at: '', id: '', seq: 0 };
        const page = await pages.events(from, signal);
        const isOurs = page !== undefined && (await this.#takePage(page.events, from, signal));
        if (!isOurs) {
          this.#needsSnapshot = true;
          if (fruitless++ > 0) await pause(POLL_MS.most, signal);
          continue;
        }
        await this.#passWaitingSlowly(signal);
        if (memory.cursor) pump.mark({ cursor: memory.cursor });
        if (memory.order.isComplete) return;
        if (memory.order.last > from.seq) {
          [fruitless, movedAtMs, isStuck] = [0, performance.now(), false];
          if (page.hasMore) continue;
        }
        if (performance.now() - movedAtMs > STUCK_MS) {
          // A hole in the pages themselves is healed by a snapshot; a number that never was, by a new connection.
          if (isStuck) {
            this.#end('the pages do not lead to where the stream says it is');
            return;
          }
          [isStuck, movedAtMs, this.#needsSnapshot] = [true, performance.now(), true];
        }
        await pause(Math.min(POLL_MS.most, POLL_MS.least * 2 ** Math.min(fruitless++, 10)), signal);
      } catch (error) {
        if (!(error instanceof MarketPagesError) || signal.aborted) throw error;
        tally.stand(tally.state, error.message, error.isRefused);
        movedAtMs = performance.now();
        const mostMs = Math.min(RETRY_MS.most, RETRY_MS.least * 2 ** Math.min(fruitless++, 10));
        await pause(error.retryAfterMs ?? mostMs * (0.5 + random() / 2), signal);
      }
    }
  }

  /** Hands on what a page brings, as far as it is without a hole; false if the page does not begin where the cursor stands. */
  async #takePage(
    events: readonly (MarketEvent | (Unusable & { readonly value: unknown }))[],
    from: Cursor,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { order, seen } = this.#parts.memory;
    const [first] = events;
    if (from.id !== '') {
      // An empty page says nothing of the cursor: it is asked again.
      if (first !== undefined && !('id' in first && first.id === from.id && first.seq === from.seq)) return false;
      seen.add(from.id);
    }
    let mayBeUnreadable = false;
    for (const event of events) {
      if ('reason' in event) {
        this.#parts.quarantine(event, event.value);
        mayBeUnreadable = true;
        continue;
      }
      if (event.seq <= order.last) continue;
      if (event.seq !== order.last + 1 && !mayBeUnreadable) return true;
      mayBeUnreadable = false;
      await this.#passSlowly(event, signal);
    }
    return true;
  }

  async #passSlowly(event: MarketEvent, signal: AbortSignal): Promise<void> {
    while (!this.#pass(event)) await this.#untilRoom(signal);
  }

  async #passWaitingSlowly(signal: AbortSignal): Promise<void> {
    while (!this.#passWaiting()) await this.#untilRoom(signal);
  }

  async #untilRoom(signal: AbortSignal): Promise<void> {
    await this.#parts.pump.room();
    signal.throwIfAborted();
  }

  /** Reads all SKUs as they are; what happened since its beginning is read from there on. */
  async #readSnapshot(signal: AbortSignal): Promise<void> {
    const { memory, pages, pump, read, quarantine, tally } = this.#parts;
    tally.stand(tally.state, 'reading all SKUs of the market');
    let asOf: Cursor | undefined;
    let after: string | undefined;
    do {
      const page = await pages.snapshot(after, signal);
      asOf ??= page.asOf;
      for (const item of page.items) {
        const inputs = read(item, { iso: asOf.at, ms: Date.parse(asOf.at) });
        if ('reason' in inputs) quarantine(inputs, item);
        else while (!pump.add(inputs)) await this.#untilRoom(signal);
      }
      after = page.nextAfter;
    } while (after !== undefined);
    await pump.drained();
    signal.throwIfAborted();
    tally.counts.snapshots += 1;
    this.#needsSnapshot = false;
    memory.seen.clear();
    memory.order.beginAfter(asOf.seq);
    memory.cursor = asOf;
    pump.mark({ cursor: asOf });
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
