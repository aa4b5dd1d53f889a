import type { Price } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { type ChangeEntry, decodeEntry, FIRST_CHANGE, type RawEntry } from './changes.ts';
import {
  DEAD_LETTERS_KEPT,
  type DeadLetter,
  type DeathNote,
  decodeDeadLetter,
  encodeDeadLetter,
} from './dead-letter.ts';
import type { Keys } from './keys.ts';
import { readPrice } from './prices.ts';
import { repliesTo } from './replies.ts';
import { Script } from './script.ts';
import { NOTES_A_SCRIPT, noteArgs, type ParityNote, SinkParity } from './sink-parity.ts';
import type { SinkState } from './sink-record.ts';

/** A change that a sink was handed. */
export interface OpenChange extends ChangeEntry {
  /** As it stands in the stream. */
  readonly chunk: string;
}

/** A change that a sink took, and what it did with each of its prices. */
export interface DeliveredChange {
  readonly id: string;
  readonly notes: readonly ParityNote[];
}

/** What came of asking for more. */
export type Taken =
  /** Another process delivers to this sink; or it is registered no more. */
  | { readonly kind: 'held' }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'ours';
      /** The lease was free: others may have delivered since, so `open` must be read before anything is delivered. */
      readonly isFresh: boolean;
      readonly state: SinkState;
      /** Id of the resync that runs; '' = none. */
      readonly resync: string;
      /** Dead letters up to this place are to be delivered once more; '' = none. */
      readonly replayTo: string;
      /** Entries that the stream cut before this sink was handed them, noticed now. */
      readonly missed: number;
      /** The newest entry that this sink was handed. */
      readonly newest: string;
      readonly changes: readonly OpenChange[];
    };

/** Some live prices of a resync, all of one moment. */
export interface ResyncPage {
  /** `snp_…`, the same after a crash. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** It belongs after this entry of the stream, and before the next. */
  readonly upTo: string;
  /** Where the next one begins; `0` = this is the last. */
  readonly next: string;
  readonly prices: readonly Price[];
}

/** The one consumer of each group: whoever holds the lease reads as it, so a successor sees what was left open. */
const CONSUMER = 'deliverer';
const OPEN_AT_ONCE = 200;
const KEYS_A_SCAN = 200;
const PRICES_A_PAGE = 50;
const SCANS_A_PAGE = 50;

/** What the process does that delivers to a sink. */
export class SinkReader {
  readonly #take = new Script('take-changes');
  readonly #leave = new Script('leave-sink');
  readonly #acknowledge = new Script('acknowledge-changes');
  readonly #bury = new Script('bury-change');
  readonly #lose = new Script('lose-changes');
  readonly #putPage = new Script('put-resync-page');
  readonly #finishPage = new Script('finish-resync-page');
  readonly #parity: SinkParity;
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #name: string;
  readonly #processId: string;
  readonly #leaseMs: number;

  constructor(redis: Redis, keys: Keys, options: { name: string; processId: string; leaseMs: number }) {
    this.#parity = new SinkParity(redis, keys);
    this.#redis = redis;
    this.#keys = keys;
    this.#name = options.name;
    this.#processId = options.processId;
    this.#leaseMs = options.leaseMs;
  }

  /** Takes or renews the lease, and up to `count` changes; 0: the lease alone. */
  async take(count: number): Promise<Taken> {
    const k = this.#keys;
    const keys = [k.sinkLease(this.#name), k.changes(), k.sink(this.#name), k.sinksRemoved()];
    const args = [this.#name, this.#processId, this.#leaseMs, CONSUMER, count];
    const reply = (await this.#take.run(this.#redis, keys, args)) as [number, ...unknown[]];
    if (reply[0] <= 0) return { kind: reply[0] === 0 ? 'held' : 'unknown' };
    const [code, state, resync, replayTo, missed, newest, entries] = reply as [
      number,
      SinkState,
      string,
      string,
      number,
      string,
      RawEntry[],
    ];
    return { kind: 'ours', isFresh: code === 2, state, resync, replayTo, missed, newest, changes: entries.map(open) };
  }

  /** Gives the lease back, so that another process goes on at once. */
  async leave(): Promise<void> {
    await this.#leave.run(this.#redis, [this.#keys.sinkLease(this.#name)], [this.#processId]);
  }

  /** What this sink was handed and has not acknowledged, the oldest first; `lost` of it the stream has cut meanwhile. */
  async open(): Promise<{ readonly changes: OpenChange[]; readonly lost: number }> {
    const changes: OpenChange[] = [];
    const gone: string[] = [];
    for (let after = '0'; ; ) {
      const key = this.#keys.changes();
      const reply = (await this.#redis.xreadgroup(
        'GROUP',
        this.#name,
        CONSUMER,
        'COUNT',
        OPEN_AT_ONCE,
        'STREAMS',
        key,
        after,
      )) as [key: string, entries: [id: string, fields: string[] | null][]][];
      const entries = reply[0]?.[1] ?? [];
      for (const [id, fields] of entries) fields === null ? gone.push(id) : changes.push(open([id, fields]));
      after = entries.at(-1)?.[0] ?? after;
      if (entries.length < OPEN_AT_ONCE) break;
    }
    if (gone.length === 0) return { changes, lost: 0 };
    return { changes, lost: (await this.#lose.run(this.#redis, this.#ofGroup, [this.#name, ...gone])) as number };
  }

  /** How often each open change was tried in vain. */
  async attempts(): Promise<Map<string, number>> {
    const hash = await this.#redis.hgetall(this.#keys.sinkAttempts(this.#name));
    return new Map(Object.entries(hash).map(([id, count]) => [id, Number(count)]));
  }

  /** A change was tried in vain so often. */
  async noteAttempts(id: string, count: number): Promise<void> {
    await this.#redis.hset(this.#keys.sinkAttempts(this.#name), id, count);
  }

  /**
   * These changes were delivered: what came of each is compared with the other sinks once, however often it was delivered. All of it is sent
   * at once: what is open is read after it.
   */
  async acknowledge(changes: readonly DeliveredChange[]): Promise<void> {
    const sent: Promise<unknown>[] = [];
    let args: (string | number)[] = [];
    const send = () => sent.push(this.#acknowledge.run(this.#redis, this.#ofSettling, [this.#name, ...args]));
    for (const { id, notes } of changes) {
      args.push(id, notes.length, ...noteArgs(notes));
      if (args.length < 3 * NOTES_A_SCRIPT) continue;
      send();
      args = [];
    }
    if (args.length > 0) send();
    await Promise.all(sent);
  }

  /** A price was given to this sink once more. @param asSent it took what others may have had long ago */
  async noteAgain(notes: readonly ParityNote[], asSent: boolean): Promise<void> {
    await this.#parity.note(this.#name, notes, Date.now(), asSent);
  }

  /** This change would not go through: it becomes a dead letter, and so is each of its prices to the comparison. */
  async bury(
    change: OpenChange,
    message: { readonly id: string; readonly at: string },
    note: DeathNote,
  ): Promise<void> {
    const letter = encodeDeadLetter({ ...message, prices: change.prices, chunk: change.chunk }, note);
    const notes = change.prices.map(({ sku, revision }) => ({ sku, revision, outcome: { kind: 'dead' } }) as const);
    const args = [this.#name, change.id, notes.length, DEAD_LETTERS_KEPT, ...noteArgs(notes), ...letter];
    await this.#bury.run(this.#redis, [...this.#ofSettling, this.#keys.sinkDead(this.#name)], args);
  }

  /** The page of a resync that comes next, kept for whoever goes on after a crash; undefined where there is none for us. */
  async page(resync: string): Promise<ResyncPage | undefined> {
    const kept = await this.#redis.get(this.#keys.sinkPage(this.#name));
    if (kept !== null) return JSON.parse(kept) as ResyncPage;
    const [cursor, pages] = await this.#redis.hmget(this.#keys.sink(this.#name), 'resyncCursor', 'resyncPages');
    const page = await this.#readPage(`snp_${resync}_${Number(pages ?? 0) + 1}`, cursor ?? '0');
    const keys = [this.#keys.sinkLease(this.#name), this.#keys.sink(this.#name), this.#keys.sinkPage(this.#name)];
    const put = await this.#putPage.run(this.#redis, keys, [this.#processId, resync, JSON.stringify(page)]);
    return put === 1 ? page : undefined;
  }

  /** This page was delivered, or is a dead letter. Returns whether the resync is through. */
  async finishPage(page: ResyncPage, note?: DeathNote): Promise<boolean> {
    const keys = [this.#keys.sink(this.#name), this.#keys.sinkPage(this.#name), this.#keys.sinkDead(this.#name)];
    const letter = note ? encodeDeadLetter(page, note) : [];
    const args = [JSON.stringify(page), page.next, page.prices.length, DEAD_LETTERS_KEPT, ...letter];
    return (await this.#finishPage.run(this.#redis, keys, args)) === 2;
  }

  /** Dead letters after a place, up to another, the oldest first. */
  async deadLetters(after: string, upTo: string, count: number): Promise<DeadLetter[]> {
    const from = after === '' ? '-' : `(${after}`;
    const entries = await this.#redis.xrange(this.#keys.sinkDead(this.#name), from, upTo, 'COUNT', count);
    return (entries as RawEntry[]).map(decodeDeadLetter);
  }

  /** A dead letter that was replayed: it is delivered, or newer prices made it superfluous. */
  async forgetDeadLetter(place: string, what: 'delivered' | 'superseded'): Promise<void> {
    const steps = this.#redis.multi().xdel(this.#keys.sinkDead(this.#name), place);
    await steps.hincrby(this.#keys.sink(this.#name), what, 1).exec();
  }

  /** The replay that went up to a place is through. */
  async endReplay(upTo: string): Promise<void> {
    const key = this.#keys.sink(this.#name);
    // Somebody may have asked for another one meanwhile.
    if ((await this.#redis.hget(key, 'replayTo')) === upTo) await this.#redis.hdel(key, 'replayTo');
  }

  /** Those of these prices that are still the live ones of their SKUs. */
  async stillLive(prices: readonly Price[]): Promise<Price[]> {
    const revisions = await Promise.all(prices.map(({ sku }) => this.#redis.hget(this.#keys.price(sku), 'revision')));
    return prices.filter((price, i) => Number(revisions[i]) === price.revision);
  }

  get #ofSettling(): string[] {
    return [...this.#ofGroup, ...this.#keys.parityOfSinks()];
  }

  get #ofGroup(): string[] {
    return [this.#keys.changes(), this.#keys.sink(this.#name), this.#keys.sinkAttempts(this.#name)];
  }

  async #readPage(id: string, cursor: string): Promise<ResyncPage> {
    const pattern = this.#keys.everyPrice();
    const found = new Set<string>();
    let next = cursor;
    for (let i = 0; i < SCANS_A_PAGE; i++) {
      const [after, keys] = await this.#redis.scan(next, 'MATCH', pattern, 'COUNT', KEYS_A_SCAN);
      for (const key of keys) found.add(key);
      next = after;
      if (next === '0' || found.size >= PRICES_A_PAGE) break;
    }
    // Of one moment: what was published before it is in the prices, what comes after it is after `upTo` in the stream.
    const steps = this.#redis.multi().xrevrange(this.#keys.changes(), '+', '-', 'COUNT', 1);
    for (const key of found) steps.hgetall(key);
    const [newest, ...hashes] = (await repliesTo(steps)) as [RawEntry[], ...Record<string, string>[]];
    const prices = hashes.flatMap((hash) => readPrice(hash) ?? []);
    const upTo = newest[0]?.[0] ?? FIRST_CHANGE;
    return { id, at: new Date().toISOString(), upTo, next, prices };
  }
}

function open(entry: RawEntry): OpenChange {
  const [, fields] = entry;
  return { ...decodeEntry(entry), chunk: fields[fields.indexOf('chunk') + 1] ?? '' };
}
