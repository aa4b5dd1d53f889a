import { setTimeout as sleep } from 'node:timers/promises';
import { compareChangeIds, type OpenChange, type ResyncPage, type SinkReader, type Taken } from '@reprice/store';
import { Acknowledgements } from './acknowledgements.ts';
import { Hand } from './hand.ts';
import { Pace } from './pace.ts';
import { acknowledgedNotes, isOtherThanSent } from './parity-notes.ts';
import { Replay } from './replay.ts';
import type { ChangeMessage, Delivery, DeliveryObserver, Sink } from './sink.ts';
import { Stirring } from './stirring.ts';
import { type Work, workOfChange, workOfPage } from './work.ts';

/** How long a process may deliver that Redis has not heard of, ms. */
export const LEASE_MS = 4000;
/** It renews the lease four times as often, and stops a quarter before its end: attempts take a moment to break off. */
const LEASE_PARTS = 4;
const STANDBY_MS = 500;
const TRY_AGAIN_MS = 500;
/** A question that Redis has not answered by then is asked anew: what came of it shows when what is open is read. */
const ANSWER_WITHIN_MS = 10_000;
const LEAST_RETRY_AFTER_MS = 500;
/** Messages in hand: so far it looks past SKUs that wait for an attempt. */
const IN_HAND = 256;
const TAKE_AT_ONCE = 64;
/** With fewer in hand more is asked for at once. */
const LOW = 64;

/** How a {@link Deliverer} is made. */
export interface DelivererOptions {
  readonly sink: Sink;
  readonly reader: SinkReader;
  /** After so many a message is a dead letter. */
  readonly attempts: number;
  /** Messages under way at once. */
  readonly concurrency: number;
  /** As told to the reader; {@link LEASE_MS} unless stated. */
  readonly leaseMs?: number;
  readonly pace?: Pace;
  readonly observe?: DeliveryObserver;
  readonly onError: (error: unknown) => void;
  /** The stream cut what this sink had not had. */
  readonly onGap: (messages: number) => void;
  /** A message became a dead letter. */
  readonly onDead: (message: ChangeMessage, delivery: Delivery & { ok: false }) => void;
}

/**
 * Delivers to one sink, while this process holds its lease: changes in the order of the stream, those of a SKU one after the other, and between
 * them the pages of a resync and dead letters that are replayed. What is not acknowledged in Redis when this process ends is delivered by the next.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #acknowledgements: Acknowledgements;
  readonly #stirring = new Stirring();
  readonly #pace: Pace;
  readonly #leaseMs: number;
  readonly #renewMs: number;
  readonly #replay: Replay;
  #hand = new Hand();
  #page: { readonly page: ResyncPage; isPlaced: boolean } | undefined;
  #state: Extract<Taken, { kind: 'ours' }>['state'] | 'held' = 'held';
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  /** What was handed over may not be in hand, or not in its order: what is open must be read before anything is delivered. */
  #mustReload = true;
  #mayHaveMore = false;
  #isStopping = false;
  #running: Promise<'stopped' | 'unknown'> | undefined;

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#pace = options.pace ?? new Pace();
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#renewMs = this.#leaseMs / LEASE_PARTS;
    this.#acknowledgements = new Acknowledgements(options.reader, this.#failed);
    this.#replay = new Replay(options.reader, () => this.#stirring.stir());
  }

  /** Delivers until `stop`, or until the sink is registered no more. */
  run(): Promise<'stopped' | 'unknown'> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Something was published: there may be more to deliver. */
  wake(): void {
    this.#mayHaveMore = true;
    this.#stirring.stir();
  }

  /** The connection to Redis was cut: an answer may be lost, and with it what was handed over. */
  distrust(): void {
    this.#mustReload = true;
  }

  /** Whether this process delivers to the sink. */
  get isHolder(): boolean {
    return performance.now() < this.#heldUntilMs;
  }

  /** Finishes what is under way, `finishMs` at most, and lets another process go on at once. */
  async stop(finishMs: number): Promise<void> {
    this.#isStopping = true;
    this.#stirring.stir();
    const late = sleep(finishMs, undefined, { ref: false });
    await Promise.race([this.#hand.landed(), late]);
    await this.#hand.drop();
    await Promise.race([this.#leave(), late]);
  }

  async #leave(): Promise<void> {
    await this.#acknowledgements.settled();
    if (this.isHolder) await this.#options.reader.leave().catch(this.#failed);
    await this.#running;
    await this.#options.sink.close();
  }

  async #run(): Promise<'stopped' | 'unknown'> {
    while (!this.#isStopping) {
      try {
        const standing = await this.#round();
        if (standing === 'unknown') return 'unknown';
        this.#pump();
        await this.#stirring.wait(standing === 'held' ? STANDBY_MS : this.#idleMs());
      } catch (error) {
        this.#failed(error);
        await this.#stirring.wait(TRY_AGAIN_MS);
      }
    }
    return 'stopped';
  }

  /** Renews the lease, and takes into hand what there is. */
  async #round(): Promise<Taken['kind']> {
    const { reader } = this.#options;
    const room = this.#mustReload ? 0 : Math.min(TAKE_AT_ONCE, IN_HAND - this.#hand.order.size);
    const askedAtMs = performance.now();
    this.#mayHaveMore = false;
    const taken = await answered(reader.take(Math.max(0, room)));
    if (this.#isStopping) return taken.kind;
    if (taken.kind !== 'ours') {
      await this.#lose();
      return taken.kind;
    }
    this.#heldUntilMs = askedAtMs + this.#leaseMs - this.#renewMs;
    this.#state = taken.state;
    if (taken.missed > 0) this.#options.onGap(taken.missed);
    if (taken.isFresh) this.#mustReload = true;
    if (this.#mustReload) await this.#reload(taken);
    else this.#add(taken.changes, taken.newest);
    this.#mayHaveMore ||= taken.changes.length >= room;
    if (taken.state !== 'delivering') return 'ours';
    if (taken.resync !== '' && !this.#page) {
      await this.#nextPage(taken.resync);
      this.#add([], taken.newest);
    }
    await this.#replay.fill(taken.replayTo, this.#hand.order, IN_HAND);
    return 'ours';
  }

  /** Breaks off what is under way, and begins with what is open. */
  async #reload(taken: Extract<Taken, { kind: 'ours' }>): Promise<void> {
    await this.#lose(this.#heldUntilMs);
    this.#mustReload = false;
    try {
      this.#acknowledgements.flush();
      const { reader } = this.#options;
      const attempts = await reader.attempts();
      if (taken.resync !== '') await this.#nextPage(taken.resync);
      const { changes, lost } = await reader.open();
      if (lost > 0) this.#options.onGap(lost);
      this.#add(changes, taken.newest, attempts);
      this.#mayHaveMore = true;
    } catch (error) {
      this.#mustReload = true;
      throw error;
    }
  }

  async #lose(heldUntilMs = Number.NEGATIVE_INFINITY): Promise<void> {
    this.#heldUntilMs = heldUntilMs;
    this.#mustReload = true;
    const hand = this.#hand;
    this.#hand = new Hand();
    this.#page = undefined;
    this.#replay.reset();
    await hand.drop();
  }

  async #nextPage(resync: string): Promise<void> {
    const page = await this.#options.reader.page(resync);
    if (page) this.#page = { page, isPlaced: false };
  }

  /** @param newest nothing up to here is still to come */
  #add(changes: readonly OpenChange[], newest: string, attempts?: ReadonlyMap<string, number>): void {
    const { order } = this.#hand;
    for (const change of changes) {
      this.#placePage((upTo) => compareChangeIds(change.id, upTo) > 0);
      // Written by nobody of us: nothing to deliver.
      if (change.prices.length === 0) this.#acknowledgements.add({ id: change.id, notes: [] });
      else
        order.add(
          workOfChange(this.#options.reader, change, attempts?.get(change.id) ?? 0, this.#acknowledgements.add),
        );
    }
    this.#placePage((upTo) => compareChangeIds(newest, upTo) >= 0);
  }

  #placePage(isHere: (upTo: string) => boolean): void {
    const waiting = this.#page;
    if (!waiting || waiting.isPlaced || !isHere(waiting.page.upTo)) return;
    waiting.isPlaced = true;
    const finished = (): void => {
      if (this.#page !== waiting) return;
      this.#page = undefined;
      this.#stirring.stir();
    };
    this.#hand.order.add(workOfPage(this.#options.reader, waiting.page, finished));
  }

  /** Lets go what may. */
  #pump(): void {
    const hand = this.#hand;
    const { concurrency } = this.#options;
    while (hand.flying < concurrency && this.#mayDeliver(hand) && this.#pace.allows(hand.flying)) {
      const nowMs = performance.now();
      const work = hand.order.next(({ readyAtMs }) => readyAtMs <= nowMs);
      if (!work) break;
      hand.track(this.#attempt(work, hand).catch(this.#failed));
    }
    if (this.#mayHaveMore && hand.order.size < LOW) this.#stirring.stir();
  }

  #mayDeliver(hand: Hand): boolean {
    const isOurs = this.isHolder && !this.#mustReload && !hand.signal.aborted;
    return isOurs && this.#state === 'delivering' && !this.#isStopping;
  }

  async #attempt(work: Work, hand: Hand): Promise<void> {
    const { sink, observe } = this.#options;
    try {
      const message = await work.prepare();
      if (!message) return hand.order.done(work);
      if (!this.#mayDeliver(hand)) return hand.order.putBack(work);
      const delivery = await sink.deliver(message, hand.signal);
      // Broken off by ourselves: it is delivered again, by us or another.
      if (!delivery.ok && hand.signal.aborted) return;
      if (delivery.ok) {
        this.#pace.succeeded();
        observe?.(sink, message, delivery, 'acknowledged');
        const notes = acknowledgedNotes(message, delivery.acknowledged);
        await work.delivered(notes, !isOtherThanSent(notes, message));
        hand.order.done(work);
      } else if (await this.#failedOnce(work, message, delivery)) hand.order.done(work);
      else {
        hand.order.putBack(work);
        // When to look again is another time now.
        this.#stirring.stir();
      }
    } finally {
      setImmediate(() => this.#pump());
    }
  }

  /** Returns whether the message is given up. */
  async #failedOnce(work: Work, message: ChangeMessage, delivery: Delivery & { ok: false }): Promise<boolean> {
    const { sink, attempts, observe, onDead } = this.#options;
    const { retry, retryAfterMs, reason, detail } = delivery;
    if (retry && retryAfterMs !== undefined) {
      this.#pace.rest(Math.max(retryAfterMs, LEAST_RETRY_AFTER_MS));
      observe?.(sink, message, delivery, 'retry');
      return false;
    }
    work.attempts++;
    const waitMs = this.#pace.failed(work.attempts);
    if (retry && work.attempts < attempts) {
      work.readyAtMs = performance.now() + waitMs;
      observe?.(sink, message, delivery, 'retry');
      await work.failed();
      return false;
    }
    observe?.(sink, message, delivery, 'dead');
    await work.died({ reason, detail, attempts: work.attempts });
    onDead(message, delivery);
    return true;
  }

  #idleMs(): number {
    if (this.#mayHaveMore && this.#hand.order.size < LOW) return 0;
    const readyInMs = this.#hand.readyInMs(performance.now()) ?? this.#renewMs;
    // What is ready already waits for a free place, whose end stirs us, or for the end of a rest.
    const waitMs = Math.max(readyInMs, this.#pace.restMs());
    return waitMs > 0 ? Math.min(this.#renewMs, waitMs) : this.#renewMs;
  }

  /** Redis failed us in mid-step: what it did of it shows when what is open is read again. */
  #failed = (error: unknown): void => {
    this.#mustReload = true;
    this.#options.onError(error);
  };
}

async function answered<T>(reply: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('Redis has not answered for 10 s.')), ANSWER_WITHIN_MS);
  try {
    return await Promise.race([reply, promise]);
  } finally {
    clearTimeout(timer);
  }
}
