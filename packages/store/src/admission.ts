import { randomBytes } from 'node:crypto';
import type { Priority } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { BudgetCalendar, type BudgetDay } from './budget-day.ts';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** The share of the day's budget that each priority may use, per mille. */
export const budgetShares: Readonly<Record<Priority, number>> = { critical: 1000, high: 950, normal: 850, low: 700 };

/** What a call may cost at worst. */
export interface WorstCase {
  readonly costNanoUsd: number;
  readonly tokens: number;
}

/** Worst-case cost taken before a call; settle() ends it. */
export interface Reservation {
  readonly id: string;
  readonly date: string;
}

/** The decision to let a call go. A refusal reserves nothing. */
export type Admission =
  | {
      readonly granted: true;
      readonly reservation: Reservation /** Below 0: the slot is past. */;
      readonly waitMs: number;
    }
  | { readonly granted: false; readonly because: 'rate'; readonly retryAfterMs: number }
  | { readonly granted: false; readonly because: 'budget'; readonly leftNanoUsd: number; readonly resetsAtMs: number }
  | { readonly granted: false; readonly because: 'too_large'; readonly mostTokens: number };

/** The day's budget, in nano-dollars. */
export interface Budget {
  readonly date: string;
  readonly limitNanoUsd: number;
  readonly spentNanoUsd: number;
  readonly reservedNanoUsd: number;
  readonly resetsAtMs: number;
}

/** A limit as one process is configured. `stated`: its user said so; else it is the default and only fills a gap. */
export interface ConfiguredLimit {
  readonly value: number;
  readonly stated: boolean;
}

/** How far ahead a slot may be booked: the call waits for it in place. Further off, the job goes back to the queue. */
const BOOK_AHEAD_MS = 1000;

/** Requests and tokens a minute and dollars a day, over all workers. */
export class AdmissionControl {
  readonly #scripts = {
    admit: new Script('admit'),
    settle: new Script('settle'),
    rest: new Script('rest'),
    seed: new Script('seed-limits'),
  };
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;
  readonly #calendar: BudgetCalendar;
  readonly #leaseMs: number;
  readonly #process = randomBytes(5).toString('hex');
  #reservations = 0;

  /** @param options.leaseMs must be longer than the longest call: a reservation older than that is charged in full */
  constructor(redis: Redis, keys: Keys, options: { now: () => number; timeZone: string; leaseMs: number }) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = options.now;
    this.#calendar = new BudgetCalendar(options.timeZone);
    this.#leaseMs = options.leaseMs;
  }

  /** Puts the configured limits into Redis, where they hold for all workers until somebody states others. 0 a minute = no limit. */
  async seed(limits: { dailyNanoUsd: ConfiguredLimit; rpm: ConfiguredLimit; tpm: ConfiguredLimit }): Promise<void> {
    const args = Object.entries(limits).flatMap(([name, { value, stated }]): (string | number)[] => [
      name,
      value,
      stated ? '1' : '0',
    ]);
    await this.#scripts.seed.run(this.#redis, [this.#keys.limits()], args);
  }

  /** Asks for one call. Time is that of Redis. */
  async admit(priority: Priority, worst: WorstCase): Promise<Admission> {
    const k = this.#keys;
    let nowMs = this.#now();
    for (;;) {
      const day = this.#calendar.dayAt(nowMs);
      const reservation = { id: `${this.#process}.${++this.#reservations}`, date: day.date };
      const before = this.#calendar.dayBefore(nowMs).date;
      const today = [k.budget(day.date), k.reservations(day.date), k.reservationExpiry(day.date)];
      const yesterday = [k.budget(before), k.reservations(before), k.reservationExpiry(before)];
      const keys = [k.limits(), ...today, k.rate(), ...yesterday];
      const share = budgetShares[priority];
      const args = [
        reservation.id,
        worst.costNanoUsd,
        worst.tokens,
        share,
        day.startMs,
        day.endMs,
        this.#leaseMs,
        BOOK_AHEAD_MS,
      ];
      const [verdict, figure] = (await this.#scripts.admit.run(this.#redis, keys, args)) as [string, string];
      const value = Number(figure);
      if (verdict === 'granted') return { granted: true, reservation, waitMs: value };
      if (verdict === 'rate') return { granted: false, because: 'rate', retryAfterMs: value };
      if (verdict === 'budget') return { granted: false, because: 'budget', leftNanoUsd: value, resetsAtMs: day.endMs };
      if (verdict === 'too_large') return { granted: false, because: 'too_large', mostTokens: value };
      nowMs = value; // our clock or our day is not that of Redis
    }
  }

  /**
   * Books what a call truly cost and gives the rest back; `sent: false` only when it provably never left. Safe to repeat.
   * `over` means that the gateway billed more than the worst case.
   */
  async settle(
    reservation: Reservation,
    batchId: string,
    call: WorstCase & { sent: boolean },
  ): Promise<'settled' | 'over' | 'unknown'> {
    const k = this.#keys;
    const { date, id } = reservation;
    const keys = [
      k.limits(),
      k.budget(date),
      k.reservations(date),
      k.reservationExpiry(date),
      k.rate(),
      k.batch(batchId),
    ];
    const code = await this.#scripts.settle.run(this.#redis, keys, [
      id,
      call.costNanoUsd,
      call.tokens,
      call.sent ? '1' : '0',
    ]);
    return code === 1 ? 'settled' : code === 2 ? 'over' : 'unknown';
  }

  /** Rests the calls of all workers; a longer rest already there stands. Returns how long it now lasts, in ms. */
  async rest(ms: number): Promise<number> {
    return Number(await this.#scripts.rest.run(this.#redis, [this.#keys.rate()], [Math.ceil(ms)]));
  }

  /** The budget of the day that Redis has now. */
  async budget(): Promise<Budget> {
    const day = await this.#today();
    const [limit, counters] = await Promise.all([
      this.#redis.hget(this.#keys.limits(), 'dailyNanoUsd'),
      this.#redis.hmget(this.#keys.budget(day.date), 'spentNanoUsd', 'reservedNanoUsd'),
    ]);
    return {
      date: day.date,
      limitNanoUsd: Number(limit ?? 0),
      spentNanoUsd: Number(counters[0] ?? 0),
      reservedNanoUsd: Number(counters[1] ?? 0),
      resetsAtMs: day.endMs,
    };
  }

  /** Sets the daily limit for all workers, until somebody sets or configures another one. */
  async setDailyLimit(limitNanoUsd: number): Promise<Budget> {
    await this.#redis.hset(this.#keys.limits(), 'dailyNanoUsd', limitNanoUsd);
    return await this.budget();
  }

  /** Requests and tokens a minute as they hold now; 0 = no limit. */
  async rateLimits(): Promise<{ rpm: number; tpm: number }> {
    const [rpm, tpm] = await this.#redis.hmget(this.#keys.limits(), 'rpm', 'tpm');
    return { rpm: Number(rpm ?? 0), tpm: Number(tpm ?? 0) };
  }

  async #today(): Promise<BudgetDay> {
    const [seconds] = await this.#redis.time();
    return this.#calendar.dayAt(Number(seconds) * 1000);
  }
}
