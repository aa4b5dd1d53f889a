import type { Misfit } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { repliesTo } from './replies.ts';

/** Something that a source sent and that could not be used. */
export interface Quarantined extends Misfit {
  readonly source: string;
  readonly atMs: number;
}

/** How much of what a source sent lately could not be used. */
export interface QuarantineShare {
  readonly source: string;
  readonly items: number;
  readonly quarantined: number;
}

/** Newest entries that are kept. */
const QUARANTINE_KEPT = 10_000;
/** Of what is put aside at once so many are kept; all are counted. */
const KEPT_AT_ONCE = 1000;
/** Over so many minutes the share of a source is taken, this one included. */
export const QUARANTINE_MINUTES = 10;
/** Fewer in that time raise no alarm. */
const QUARANTINE_ALARM_FROM = 20;
/** Hours that are counted, this one included. */
const hours = 24;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Entries read at once while a source's are looked for. */
const pageSize = 500;

/** Whether a source sends too much that cannot be used. */
export function isAlarming({ items, quarantined }: QuarantineShare, alarmPercent: number): boolean {
  return quarantined >= QUARANTINE_ALARM_FROM && quarantined * 100 > items * alarmPercent;
}

/** What sources sent and nobody could use: the newest of it, and how much of it there was. */
export class Quarantine {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  constructor(redis: Redis, keys: Keys, now: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /** Counts what a source sent, `items` in all, and keeps those of it that could not be used. */
  async put(source: string, items: number, misfits: readonly Misfit[]): Promise<void> {
    if (items === 0 && misfits.length === 0) return;
    const k = this.#keys;
    const nowMs = this.#now();
    const minute = k.sourceMinute(Math.floor(nowMs / MINUTE_MS));
    const call = this.#redis.multi();
    call.hincrby(minute, `${source}\titems`, items);
    call.expire(minute, (QUARANTINE_MINUTES + 2) * 60);
    if (misfits.length > 0) {
      const hour = k.quarantineCounts(Math.floor(nowMs / HOUR_MS));
      call.hincrby(minute, `${source}\tquarantined`, misfits.length);
      for (const [reason, count] of countedBy(misfits)) call.hincrby(hour, `${source}\t${reason}`, count);
      call.expire(hour, (hours + 1) * 3600);
      for (const { reason, detail, excerpt } of misfits.slice(0, KEPT_AT_ONCE)) {
        const fields = ['source', source, 'reason', reason, 'detail', detail, 'excerpt', excerpt, 'at', String(nowMs)];
        call.xadd(k.quarantine(), 'MAXLEN', '~', QUARANTINE_KEPT, '*', ...fields);
      }
    }
    await repliesTo(call);
  }

  /** The newest entries, of one source if it is named, `limit` at most; those before `cursor`. */
  async list(limit: number, options: { source?: string; cursor?: string } = {}) {
    const items: Quarantined[] = [];
    let before = options.cursor;
    for (;;) {
      const page = await this.#page(before);
      for (const { id, entry } of page) {
        before = id;
        if (options.source !== undefined && entry.source !== options.source) continue;
        items.push(entry);
        if (items.length === limit) return { items, nextCursor: before };
      }
      if (page.length < pageSize) return { items, nextCursor: undefined };
    }
  }

  /** How many there were in the last 24 hours, by source and reason. */
  async counts(): Promise<Map<string, Map<string, number>>> {
    const hour = Math.floor(this.#now() / HOUR_MS);
    const counts = new Map<string, Map<string, number>>();
    for (const [field, count] of await this.#sums(hours, (ago) => this.#keys.quarantineCounts(hour - ago))) {
      const [source = '', reason = ''] = field.split('\t');
      const ofSource = counts.get(source) ?? new Map<string, number>();
      counts.set(source, ofSource.set(reason, count));
    }
    return counts;
  }

  /** What each source sent in the last ten minutes, and how much of it could not be used. */
  async shares(): Promise<QuarantineShare[]> {
    const minute = Math.floor(this.#now() / MINUTE_MS);
    const sums = await this.#sums(QUARANTINE_MINUTES, (ago) => this.#keys.sourceMinute(minute - ago));
    const names = [...new Set([...sums.keys()].map((field) => field.split('\t')[0] ?? ''))].sort();
    return names.map((source) => ({
      source,
      items: sums.get(`${source}\titems`) ?? 0,
      quarantined: sums.get(`${source}\tquarantined`) ?? 0,
    }));
  }

  /** The share of a source that sends too much that cannot be used: told to one of all callers, once in ten minutes. */
  async alarm(source: string, alarmPercent: number): Promise<QuarantineShare | undefined> {
    const share = (await this.shares()).find((one) => one.source === source);
    if (share === undefined || !isAlarming(share, alarmPercent)) return undefined;
    const told = await this.#redis.set(this.#keys.quarantineTold(source), '1', 'EX', QUARANTINE_MINUTES * 60, 'NX');
    return told === 'OK' ? share : undefined;
  }

  /** Forgets the entries and counts of a source, or of all; returns how many entries those were. */
  async clear(source?: string): Promise<number> {
    const k = this.#keys;
    const hour = Math.floor(this.#now() / HOUR_MS);
    const counts = Array.from({ length: hours }, (_, ago) => k.quarantineCounts(hour - ago));
    if (source === undefined) {
      const entries = await this.#redis.xlen(k.quarantine());
      await this.#redis.del(k.quarantine(), ...counts);
      return entries;
    }
    for (const key of counts) {
      const own = (await this.#redis.hkeys(key)).filter((field) => field.startsWith(`${source}\t`));
      if (own.length > 0) await this.#redis.hdel(key, ...own);
    }
    let removed = 0;
    let before: string | undefined;
    for (;;) {
      const page = await this.#page(before);
      const ids = page.flatMap(({ id, entry }) => (entry.source === source ? [id] : []));
      if (ids.length > 0) removed += await this.#redis.xdel(k.quarantine(), ...ids);
      if (page.length < pageSize) return removed;
      before = page.at(-1)?.id;
    }
  }

  async #page(before: string | undefined): Promise<{ id: string; entry: Quarantined }[]> {
    const from = before === undefined ? '+' : `(${before}`;
    const entries = await this.#redis.xrevrange(this.#keys.quarantine(), from, '-', 'COUNT', pageSize);
    return entries.map(([id, fields]) => ({ id, entry: entryOf(fields) }));
  }

  async #sums(length: number, key: (ago: number) => string): Promise<Map<string, number>> {
    const call = this.#redis.pipeline();
    for (let ago = 0; ago < length; ago++) call.hgetall(key(ago));
    const sums = new Map<string, number>();
    for (const hash of await repliesTo(call)) {
      for (const [field, count] of Object.entries(hash as Record<string, string>))
        sums.set(field, (sums.get(field) ?? 0) + Number(count));
    }
    return sums;
  }
}

function countedBy(misfits: readonly Misfit[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of misfits) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** The fields come in the order in which put() wrote them. */
function entryOf([, source = '', , reason = '', , detail = '', , excerpt = '', , at]: readonly string[]): Quarantined {
  return { source, reason, detail, excerpt, atMs: Number(at) };
}
