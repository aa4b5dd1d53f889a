import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { BudgetCalendar } from './budget-day.ts';
import type { Keys } from './keys.ts';
import { redisNowMs } from './redis-clock.ts';
import { Script } from './script.ts';
import { type Counts, type CountsInMemory, type PriceChange, readCounts } from './stats-counts.ts';
import { WORTH_TTL_SECONDS } from './worth.ts';

/** What one process counted, to be added once however often it is sent. */
export interface Flush {
  readonly number: number;
  readonly atMs: number;
  readonly counts: CountsInMemory;
  readonly changes: readonly PriceChange[];
}

/** Which changes are worth telling: larger than `percent`, until `untilMs`; then a new day begins. */
export interface ChangeFloor {
  readonly percent: number;
  readonly untilMs: number;
}

/** What happened in some seconds. */
export interface Pace {
  readonly priced: number;
  /** Requests that went to the gateway. */
  readonly sent: number;
  /** Tokens of calls that ended. */
  readonly tokens: number;
}

/** The longest span that minutes() tells: a day. */
const STATS_MINUTES = 1440;
/** Changes kept a day. */
export const TOP_CHANGES = 20;

const MINUTE_MS = 60_000;
const MINUTE_TTL_SECONDS = 25 * 3600;
const SECOND_TTL_SECONDS = 120;
const TOP_TTL_SECONDS = 2 * 24 * 3600;
/** Flushes that were under way when a minute ended have come by then. */
const SETTLED_AFTER_MS = 10_000;
const READ_AT_ONCE = 200;

/** What all workers count, by minute and second of Redis' clock. */
export class Stats {
  readonly #count = new Script('count');
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #calendar: BudgetCalendar;
  readonly #process = randomBytes(5).toString('hex');
  #flushes = 0;
  /** Minutes that are over: nothing changes them any more. */
  readonly #past = new Map<number, Counts>();

  /** @param timeZone whose days the top changes go by */
  constructor(redis: Redis, keys: Keys, timeZone: string) {
    this.#redis = redis;
    this.#keys = keys;
    this.#calendar = new BudgetCalendar(timeZone);
  }

  /** Numbers what was counted until now, so that it may be sent again and counts once. */
  seal(counts: CountsInMemory, changes: readonly PriceChange[], atMs: number): Flush {
    return { number: ++this.#flushes, atMs, counts, changes };
  }

  /** Adds what this process counted; safe to repeat. */
  async add({ number, atMs, counts, changes }: Flush): Promise<ChangeFloor> {
    const k = this.#keys;
    const day = this.#calendar.dayAt(atMs);
    const keys = [
      k.stats(Math.floor(atMs / MINUTE_MS)),
      k.statsSecond(Math.floor(atMs / 1000)),
      k.topChanges(day.date),
      k.topChangesOf(day.date),
      k.worth(day.date),
    ];
    const ofMinute = [...counts.ofMinute].flat();
    const ofSecond = [...counts.ofSecond].flat();
    const ofWorth = [...counts.ofWorth].flat();
    const ttls = [MINUTE_TTL_SECONDS, SECOND_TTL_SECONDS, TOP_TTL_SECONDS, WORTH_TTL_SECONDS];
    const cells = changes.flatMap((c) => [c.sku, Math.abs(c.changePercent), JSON.stringify(c)]);
    const args = [this.#process, number, ...ttls, TOP_CHANGES, ofMinute.length, ofSecond.length, ofWorth.length];
    const floor = await this.#count.run(this.#redis, keys, [...args, ...ofMinute, ...ofSecond, ...ofWorth, ...cells]);
    return { percent: Number(floor), untilMs: day.endMs };
  }

  /** The last `count` minutes, the oldest first; the last one is still under way. */
  async minutes(count: number, nowMs: number): Promise<Counts[]> {
    const last = Math.floor(nowMs / MINUTE_MS);
    const wanted = Array.from({ length: count }, (_, i) => last - count + 1 + i);
    const unknown = wanted.filter((minute) => !this.#past.has(minute));
    const read = new Map<number, Counts>();
    for (let from = 0; from < unknown.length; from += READ_AT_ONCE) {
      const some = unknown.slice(from, from + READ_AT_ONCE);
      const hashes = await Promise.all(some.map((minute) => this.#redis.hgetall(this.#keys.stats(minute))));
      for (const [i, minute] of some.entries()) read.set(minute, readCounts(hashes[i] ?? {}));
    }
    for (const [minute, counts] of read)
      if ((minute + 1) * MINUTE_MS + SETTLED_AFTER_MS < nowMs) this.#past.set(minute, counts);
    for (const minute of this.#past.keys()) if (minute <= last - STATS_MINUTES) this.#past.delete(minute);
    return wanted.map((minute) => this.#past.get(minute) ?? read.get(minute) ?? readCounts({}));
  }

  /** Each of the last `count` seconds that are over, the oldest first. At most 100. */
  async seconds(count: number, nowMs: number): Promise<Pace[]> {
    const now = Math.floor(nowMs / 1000);
    const rows = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        this.#redis.hmget(this.#keys.statsSecond(now - count + i), 'priced', 'sent', 'tokens'),
      ),
    );
    return rows.map(([priced, sent, tokens]) => ({
      priced: Number(priced),
      sent: Number(sent),
      tokens: Number(tokens),
    }));
  }

  /** The largest changes of live prices today, the largest first, one a SKU. */
  async topChanges(nowMs: number): Promise<PriceChange[]> {
    const { date } = this.#calendar.dayAt(nowMs);
    const texts = await this.#redis.hvals(this.#keys.topChangesOf(date));
    const changes = texts.map((text) => JSON.parse(text) as PriceChange);
    return changes.sort((a, b) => Math.abs(b.changePercent) - Math.abs(a.changePercent));
  }

  /** Redis' clock, ms since 1970: by it minutes and seconds are told. */
  async nowMs(): Promise<number> {
    return Math.floor(await redisNowMs(this.#redis));
  }
}
