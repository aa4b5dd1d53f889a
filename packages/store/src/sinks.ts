import type { Redis } from 'ioredis';
import { compareChangeIds, type RawEntry } from './changes.ts';
import { type DeadLetter, decodeDeadLetter } from './dead-letter.ts';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';
import { SinkReader } from './sink-reader.ts';
import { readSink, type SinkDescription, type SinkFailure, type SinkRecord } from './sink-record.ts';

/** How far the stream of changes goes. */
export interface StreamSpan {
  /** Entries that were ever added. */
  readonly added: number;
  /** Entries that are kept. */
  readonly length: number;
  /** Id of the newest. */
  readonly newest: string;
}

/** How a group stands in the stream, as XINFO GROUPS tells it. */
interface GroupPosition {
  readonly name: string;
  readonly pending: number;
  readonly lastDelivered: string;
  readonly entriesRead: number | null;
}

/** Where published prices are delivered: which sinks there are, how each stands, and what a person may do about it. */
export class Sinks {
  readonly #register = new Script('register-sink');
  readonly #forget = new Script('forget-sink');
  readonly #remove = new Script('remove-sink');
  readonly #change = new Script('change-sink');
  readonly #resync = new Script('begin-resync');
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** The settings that were saved, as the JSON that `save` was given, by name. */
  async saved(): Promise<Readonly<Record<string, string>>> {
    return await this.#redis.hgetall(this.#keys.sinks());
  }

  /** Saves the settings of a sink; the sinks processes follow within 2 s. */
  async save(name: string, settings: string): Promise<void> {
    await this.#redis.hset(this.#keys.sinks(), name, settings);
  }

  /** Whether any sink is registered. */
  async any(): Promise<boolean> {
    return (await this.#redis.exists(this.#keys.sinksRegistered())) === 1;
  }

  /**
   * Makes a sink known: from now on changes are kept for it, `keepMessages` at most. A new one gets what is published from now on; with `all`
   * every live price first. Of one that is known only the description changes. Returns whether it is new.
   */
  async register(
    { name, ...description }: SinkDescription,
    { keepMessages, all = false }: { readonly keepMessages: number; readonly all?: boolean },
  ): Promise<boolean> {
    const k = this.#keys;
    const keys = [k.changes(), k.sinksRegistered(), k.sink(name), k.changesKeep()];
    const args = [name, keepMessages, all ? 1 : 0, ...Object.entries(description).flat()];
    return (await this.#register.run(this.#redis, keys, args)) === 1;
  }

  /** Forgets a sink: its settings, its place, its dead letters; `ifNotSaved`: unless its settings are saved. Returns whether it was known, and is not now. */
  async forget(name: string, { ifNotSaved = false } = {}): Promise<boolean> {
    const k = this.#keys;
    const keys = [
      k.changes(),
      k.sinksRegistered(),
      k.changesKeep(),
      k.sinks(),
      k.sinksRemoved(),
      ...k.partsOfSink(name),
    ];
    return (await this.#forget.run(this.#redis, keys, [name, ifNotSaved ? 1 : 0])) === 1;
  }

  /** Those of the registered ones, but for `others`, that no process delivers to, and that are not removed yet. */
  async left(others: ReadonlySet<string>): Promise<string[]> {
    const k = this.#keys;
    const names = (await this.#redis.sdiff(k.sinksRegistered(), k.sinksRemoved())).filter((name) => !others.has(name));
    const held = await Promise.all(names.map((name) => this.#redis.exists(k.sinkLease(name))));
    return names.filter((_, i) => held[i] === 0);
  }

  /** Compares a sink no longer until a process delivers to it again; what is published waits for it all the same. Returns whether anything changed. */
  async remove(name: string): Promise<boolean> {
    const k = this.#keys;
    const keys = [k.sinksRegistered(), k.sinksRemoved(), k.sinkLease(name)];
    return (await this.#remove.run(this.#redis, keys, [name])) === 1;
  }

  /** All that are registered, by name. */
  async list(): Promise<SinkRecord[]> {
    const [names, groups, span] = await Promise.all([
      this.#redis.smembers(this.#keys.sinksRegistered()),
      this.#groups(),
      this.span(),
    ]);
    const sinks = await Promise.all(names.toSorted().map((name) => this.#read(name, groups.get(name), span)));
    return sinks.filter((sink) => sink !== undefined);
  }

  /** One of them, or undefined. */
  async get(name: string): Promise<SinkRecord | undefined> {
    const [groups, span] = await Promise.all([this.#groups(), this.span()]);
    return await this.#read(name, groups.get(name), span);
  }

  /** Has no more delivered until `resume`; what is published meanwhile waits. False where the sink is not known. */
  async pause(name: string, reason: string): Promise<boolean> {
    return await this.#put(name, '', { state: 'paused', reason });
  }

  /** The same because of its failures, if it delivers: one that a person paused stays paused. */
  async stop(name: string, reason: string): Promise<boolean> {
    return await this.#put(name, 'delivering', { state: 'stopped', reason });
  }

  /** Keeps the newest failure of a sink, for people to see. False where the sink is not known. */
  async noteError(name: string, { reason, detail, atMs }: SinkFailure): Promise<boolean> {
    return await this.#put(name, '', { errorReason: reason, errorDetail: detail, errorAtMs: String(atMs) });
  }

  /** Goes on delivering. False where the sink is not known. */
  async resume(name: string): Promise<boolean> {
    return await this.#put(name, '', { state: 'delivering', reason: '' });
  }

  /** Has every live price delivered once, between the changes; undefined where the sink is not known. */
  async resync(name: string): Promise<'begun' | 'running' | undefined> {
    const code = await this.#resync.run(this.#redis, [this.#keys.sink(name)], []);
    return code === 1 ? 'begun' : code === 0 ? 'running' : undefined;
  }

  /** Has the dead letters there are now delivered once more; returns how many, or undefined where the sink is not known. */
  async replay(name: string): Promise<number | undefined> {
    const key = this.#keys.sinkDead(name);
    const [newest, count] = await Promise.all([
      this.#redis.xrevrange(key, '+', '-', 'COUNT', 1),
      this.#redis.xlen(key),
    ]);
    const isKnown = await this.#put(name, '', newest[0] ? { replayTo: newest[0][0] } : {});
    return isKnown ? count : undefined;
  }

  /** Dead letters from the oldest on, after a place. */
  async deadLetters(name: string, limit: number, after = '-'): Promise<DeadLetter[]> {
    const from = after === '-' ? '-' : `(${after}`;
    const entries = await this.#redis.xrange(this.#keys.sinkDead(name), from, '+', 'COUNT', limit);
    return (entries as RawEntry[]).map(decodeDeadLetter);
  }

  /** What a process needs that delivers to a sink: one at a time holds the lease. */
  reader(name: string, processId: string, leaseMs: number): SinkReader {
    return new SinkReader(this.#redis, this.#keys, { name, processId, leaseMs });
  }

  /** How far the stream goes. */
  async span(): Promise<StreamSpan> {
    const info = await this.#info('STREAM');
    if (info === undefined) return { added: 0, length: 0, newest: '0-0' };
    const told = fieldsOf(info);
    return {
      added: Number(told.get('entries-added')),
      length: Number(told.get('length')),
      newest: String(told.get('last-generated-id')),
    };
  }

  /** Up to where every sink has had everything: what comes before may be cut. Undefined where there is no sink. */
  async slowest(): Promise<string | undefined> {
    const groups = [...(await this.#groups()).values()];
    const ids = await Promise.all(
      groups.map((group) => this.#oldestOpen(group).then((id) => id ?? group.lastDelivered)),
    );
    return ids.toSorted(compareChangeIds)[0];
  }

  /** Cuts what comes before an entry, roughly: a little more may stay. Returns how many entries went. */
  async cutBefore(id: string): Promise<number> {
    return await this.#redis.xtrim(this.#keys.changes(), 'MINID', '~', id);
  }

  async #put(name: string, from: string, fields: Readonly<Record<string, string>>): Promise<boolean> {
    return (
      (await this.#change.run(this.#redis, [this.#keys.sink(name)], [from, ...Object.entries(fields).flat()])) === 1
    );
  }

  async #read(name: string, group: GroupPosition | undefined, span: StreamSpan): Promise<SinkRecord | undefined> {
    const k = this.#keys;
    const [hash, process, isRemoved, dead, open] = await Promise.all([
      this.#redis.hgetall(k.sink(name)),
      this.#redis.get(k.sinkLease(name)),
      this.#redis.sismember(k.sinksRemoved(), name),
      this.#redis.xlen(k.sinkDead(name)),
      group && this.#oldestOpen(group),
    ]);
    const unread = group ? Math.max(0, span.added - (group.entriesRead ?? span.added)) : 0;
    const waiting = Math.min(unread, span.length) + (group?.pending ?? 0);
    const oldestWaitingId = open ?? (group && unread > 0 ? await this.#after(group.lastDelivered) : undefined);
    return readSink(name, hash, { process, isRemoved: isRemoved === 1, dead, waiting, oldestWaitingId });
  }

  /** The oldest entry that the group was handed and has not acknowledged. */
  async #oldestOpen({ name, pending }: GroupPosition): Promise<string | undefined> {
    if (pending === 0) return undefined;
    const [, oldest] = (await this.#redis.xpending(this.#keys.changes(), name)) as [number, string | null];
    return oldest ?? undefined;
  }

  async #after(id: string): Promise<string | undefined> {
    return (await this.#redis.xrange(this.#keys.changes(), `(${id}`, '+', 'COUNT', 1))[0]?.[0];
  }

  async #groups(): Promise<Map<string, GroupPosition>> {
    const groups = ((await this.#info('GROUPS')) ?? []) as unknown[][];
    return new Map(
      groups.map(fieldsOf).map((told) => {
        const name = String(told.get('name'));
        const entriesRead = told.get('entries-read') as number | null;
        return [
          name,
          {
            name,
            pending: Number(told.get('pending')),
            lastDelivered: String(told.get('last-delivered-id')),
            entriesRead,
          },
        ];
      }),
    );
  }

  /** XINFO of the stream; undefined where there is none, which is an error to Redis and none to us. */
  async #info(what: 'STREAM' | 'GROUPS'): Promise<unknown[] | undefined> {
    try {
      return (await this.#redis.xinfo(what as 'STREAM', this.#keys.changes())) as unknown[];
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return undefined;
      throw error;
    }
  }
}

function fieldsOf(flat: readonly unknown[]): Map<string, unknown> {
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]] as const] : [])));
}
