import { randomBytes } from 'node:crypto';
import { type Priority, sharePercent } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import {
  type Admission,
  type Budget,
  type ClosedReason,
  type Closure,
  type ConfiguredLimit,
  type GatewayHealth,
  type LedgerState,
  type Limits,
  type RateLimits,
  ReconcileConflict,
  type Reservation,
  type UnsettledCall,
  type WorstCase,
} from './admission-words.ts';
import { BudgetCalendar, type BudgetDay } from './budget-day.ts';
import type { Keys } from './keys.ts';
import { redisNowMs } from './redis-clock.ts';
import { Script } from './script.ts';

/** How far ahead a slot may be booked: the call waits for it in place. Further off, the job goes back to the queue. */
const BOOK_AHEAD_MS = 1000;
/** A grant that is not marked as sent so long after its slot belongs to a process that died. */
const UNSENT_LEASE_MS = 5000;
/** An answer of Redis that takes longer than this, ms, uses up the half second in which a slot is good: slots are booked ahead. */
const FAR_AWAY_MS = 200;
/** What the gateway tells again and again is written again after this long. */
const LEARN_AGAIN_MS = 60_000;
const LEARNED_FOR_MS = 600_000;

/** How an AdmissionControl is made. */
export interface AdmissionOptions {
  /** ms since 1970; only to guess the day, the clock is that of Redis. */
  readonly now: () => number;
  readonly timeZone: string;
  /** Must be longer than the longest call: a call that is not settled so long after it was sent is charged in full. */
  readonly leaseMs: number;
  /** A key that holds the time, µs since 1970, in place of Redis' clock: for simulations. */
  readonly clockKey?: string;
}

/** Requests and tokens a minute and dollars a day, over all workers; and the ledger that they are counted in. */
export class AdmissionControl {
  readonly #scripts: Record<'admit' | 'send' | 'settle' | 'rest' | 'learn' | 'ledger' | 'reconcile', Script>;
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;
  readonly #calendar: BudgetCalendar;
  readonly #leaseMs: number;
  readonly #clockKey: string | undefined;
  readonly #process = randomBytes(5).toString('hex');
  #reservations = 0;
  /** Redis' clock less ours, as far as known. */
  #offsetMs = 0;
  #limits: Limits<ConfiguredLimit> | undefined;
  #epoch = '';
  #sequence = 0;
  /** How long Redis took to answer the last question for a call. */
  #roundTripMs = 0;
  /** Grants that this process had on a day, as far as Redis told. */
  #grants = { date: '', count: 0 };
  readonly #learned: Record<'rpm' | 'tpm', { value: number; atMs: number }> = {
    rpm: { value: 0, atMs: Number.NEGATIVE_INFINITY },
    tpm: { value: 0, atMs: Number.NEGATIVE_INFINITY },
  };

  constructor(redis: Redis, keys: Keys, options: AdmissionOptions) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = options.now;
    this.#calendar = new BudgetCalendar(options.timeZone);
    this.#leaseMs = options.leaseMs;
    this.#clockKey = options.clockKey;
    const script = (name: string): Script => new Script(name, options.clockKey);
    this.#scripts = {
      admit: script('admit'),
      send: script('send'),
      settle: script('settle'),
      rest: script('rest'),
      learn: script('learn'),
      ledger: script('ledger'),
      reconcile: script('reconcile'),
    };
  }

  /** Puts the configured limits into Redis, where they hold for all workers until somebody states others. */
  async seed(limits: Limits<ConfiguredLimit>): Promise<void> {
    this.#limits = limits;
    await this.tick();
  }

  /**
   * Looks at the ledger; each process does so once a second. Ends leases that ran out, and closes the day when this is not the ledger that
   * this process knows, or an older state of it.
   */
  async tick(): Promise<LedgerState> {
    const k = this.#keys;
    const limits = Object.entries(this.#limits ?? {}).flatMap(([name, { value, stated }]) => [
      name,
      value,
      stated ? '1' : '0',
    ]);
    for (;;) {
      const day = this.#today();
      const dates = [day.date, this.#calendar.dayBefore(day.startMs).date];
      const ofDays = dates.flatMap((d) => [k.budget(d), k.reservations(d), k.reservationExpiry(d), k.unsettled(d)]);
      const candidate = randomBytes(6).toString('hex');
      const reply = (await this.#scripts.ledger.run(
        this.#redis,
        [k.limits(), k.rate(), k.tokens(), ...ofDays],
        [
          this.#epoch,
          this.#sequence,
          candidate,
          day.startMs,
          day.endMs,
          this.#process,
          this.#grantsOn(day.date),
          ...limits,
        ],
      )) as string[];
      if (reply[0] === 'day') {
        this.#offsetMs = Number(reply[1]) - this.#now();
        continue;
      }
      const [epoch = '', sequence, rpm, tpm, reason, atMs] = reply;
      this.#sequence = epoch === this.#epoch ? Math.max(this.#sequence, Number(sequence)) : Number(sequence);
      if (epoch !== this.#epoch) this.#grants = { date: day.date, count: 0 };
      this.#epoch = epoch;
      return { rpm: Number(rpm), tpm: Number(tpm), ...closure(reason, atMs) };
    }
  }

  /** Asks for one call. Time is that of Redis. `bookAheadMs`: how far off its slot may be; 0 = now or not at all. */
  async admit(priority: Priority, worst: WorstCase, bookAheadMs = BOOK_AHEAD_MS): Promise<Admission> {
    const k = this.#keys;
    for (;;) {
      const day = this.#today();
      const { date } = day;
      const isFar = this.#roundTripMs > FAR_AWAY_MS && this.#clockKey === undefined;
      const leadMs = isFar ? Math.min(BOOK_AHEAD_MS, Math.ceil(2 * this.#roundTripMs)) : 0;
      const askedAt = performance.now();
      const reservation = { id: `${this.#process}.${++this.#reservations}`, date, epoch: this.#epoch };
      const [verdict, figure = '', sequence, grants] = (await this.#scripts.admit.run(
        this.#redis,
        [k.limits(), k.budget(date), k.reservations(date), k.reservationExpiry(date), k.rate(), k.tokens(), k.freeze()],
        [
          reservation.id,
          worst.costNanoUsd,
          worst.tokens,
          sharePercent[priority] * 10,
          day.startMs,
          day.endMs,
          UNSENT_LEASE_MS,
          bookAheadMs,
          this.#epoch,
          this.#sequence,
          this.#leaseMs,
          this.#process,
          this.#grantsOn(date),
          leadMs,
        ],
      )) as string[];
      this.#roundTripMs = performance.now() - askedAt;
      const value = Number(figure);
      switch (verdict) {
        case 'granted':
          if (reservation.epoch === this.#epoch) {
            this.#sequence = Math.max(this.#sequence, Number(sequence));
            if (date >= this.#grants.date)
              this.#grants = { date, count: Math.max(this.#grantsOn(date), Number(grants)) };
          }
          return { granted: true, reservation, waitMs: value, sendAheadMs: isFar ? this.#roundTripMs : 0 };
        case 'rate':
          return { granted: false, because: 'rate', retryAfterMs: value };
        case 'budget':
          return { granted: false, because: 'budget', leftNanoUsd: value, resetsAtMs: day.endMs };
        case 'frozen':
          return { granted: false, because: 'frozen' };
        case 'closed':
          return { granted: false, because: 'closed', reason: figure as ClosedReason, resetsAtMs: day.endMs };
        case 'too_large':
          return { granted: false, because: 'too_large', mostTokens: value };
        case 'day':
          this.#offsetMs = value - this.#now();
          break;
        case 'ledger':
          await this.tick();
      }
    }
  }

  /**
   * Marks a call as sent, right before its first byte leaves. `late`: it may not go any more (its slot is past, or a rest, an open breaker or
   * a closed day came between) and its reservation was given back; ask again. Safe to repeat.
   */
  async send(reservation: Reservation): Promise<'sent' | 'late'> {
    const k = this.#keys;
    const { date, id } = reservation;
    const keys = [k.budget(date), k.reservations(date), k.reservationExpiry(date), k.rate(), k.tokens()];
    return (await this.#scripts.send.run(this.#redis, keys, [id, this.#leaseMs])) === 1 ? 'sent' : 'late';
  }

  /**
   * Books what a call truly cost, on the day it was reserved, and gives the rest back; `sent: false` only when it provably never left. Safe to
   * repeat. `over` means that the gateway billed more than the worst case: the day is closed.
   */
  async settle(
    reservation: Reservation,
    batchId: string,
    call: WorstCase & { sent: boolean },
    health?: GatewayHealth,
  ): Promise<'settled' | 'over' | 'unknown'> {
    const k = this.#keys;
    const { date, id, epoch } = reservation;
    const ofDay = [k.budget(date), k.reservations(date), k.reservationExpiry(date), k.unsettled(date)];
    const keys = [...ofDay, k.rate(), k.tokens(), k.limits(), k.batch(batchId)];
    const args = [id, call.costNanoUsd, call.tokens, call.sent ? '1' : '0', health ?? '', epoch];
    const code = await this.#scripts.settle.run(this.#redis, keys, args);
    return code === 1 ? 'settled' : code === 2 ? 'over' : 'unknown';
  }

  /** Rests the calls of all workers; a longer rest already there stands. Returns how long it now lasts, in ms. */
  async rest(ms: number): Promise<number> {
    return Number(await this.#scripts.rest.run(this.#redis, [this.#keys.rate()], [Math.ceil(ms)]));
  }

  /**
   * Takes note of what the gateway says of its own limits, for ten minutes from then. The lowest of ours and all of these holds: it may
   * have others for other models and keys.
   */
  async learn(told: { readonly rpm?: number; readonly tpm?: number }): Promise<void> {
    const news = [this.#newsOf('rpm', told.rpm), this.#newsOf('tpm', told.tpm)];
    if (news.some((value) => value > 0)) await this.#scripts.learn.run(this.#redis, [this.#keys.limits()], news);
  }

  /** A limit that was told, or 0 if Redis knows it or a lower one. */
  #newsOf(name: 'rpm' | 'tpm', value = 0): number {
    const known = this.#learned[name];
    const ageMs = this.#now() - known.atMs;
    const isNews =
      value > 0 && (value < known.value || ageMs >= (value === known.value ? LEARN_AGAIN_MS : LEARNED_FOR_MS));
    if (!isNews) return 0;
    this.#learned[name] = { value, atMs: this.#now() };
    return value;
  }

  /** The budget of the day that Redis has now. */
  async budget(): Promise<Budget> {
    const day = await this.#redisDay();
    const k = this.#keys;
    const fields = ['spentNanoUsd', 'reservedNanoUsd', 'unsettledNanoUsd', 'closed', 'closedAtMs'] as const;
    const [limit, counters, calls] = await Promise.all([
      this.#redis.hget(k.limits(), 'dailyNanoUsd'),
      this.#redis.hmget(k.budget(day.date), ...fields),
      this.#redis.hlen(k.unsettled(day.date)),
    ]);
    const [spent, reserved, unsettled, reason, atMs] = counters;
    return {
      date: day.date,
      limitNanoUsd: Number(limit ?? 0),
      spentNanoUsd: Number(spent ?? 0),
      reservedNanoUsd: Number(reserved ?? 0),
      resetsAtMs: day.endMs,
      ...closure(reason, atMs),
      unsettled: { calls, costNanoUsd: Number(unsettled ?? 0) },
    };
  }

  /** Today's calls that were sent and never settled, the oldest first. */
  async unsettled(): Promise<UnsettledCall[]> {
    const { date } = await this.#redisDay();
    const calls = Object.entries(await this.#redis.hgetall(this.#keys.unsettled(date))).map(([id, text]) => {
      const [costNanoUsd, expiredAtMs] = text.split(':').map(Number);
      return { id, costNanoUsd: costNanoUsd ?? 0, expiredAtMs: expiredAtMs ?? 0 };
    });
    return calls.sort((a, b) => a.expiredAtMs - b.expiredAtMs);
  }

  /** Books what the gateway's bill of the day says as spent, and opens the day. Throws a ReconcileConflict while calls are under way. */
  async reconcile(spentNanoUsd: number): Promise<Budget> {
    const k = this.#keys;
    const { date } = await this.#redisDay();
    const keys = [k.limits(), k.budget(date), k.reservations(date), k.unsettled(date)];
    const underWay = Number(await this.#scripts.reconcile.run(this.#redis, keys, [spentNanoUsd]));
    if (underWay > 0) throw new ReconcileConflict(underWay);
    return await this.budget();
  }

  /** Sets limits for all workers, from the next call on, until somebody sets or configures others. No 60 s are above both old and new. */
  async setLimits(limits: Partial<Limits<number>>): Promise<void> {
    if (Object.keys(limits).length > 0) await this.#redis.hset(this.#keys.limits(), limits);
  }

  /** Sets the daily limit for all workers. */
  async setDailyLimit(limitNanoUsd: number): Promise<Budget> {
    await this.setLimits({ dailyNanoUsd: limitNanoUsd });
    return await this.budget();
  }

  async rateLimits(): Promise<RateLimits> {
    const fields = ['rpm', 'tpm', 'learnedRpm', 'learnedRpmAtMs', 'learnedTpm', 'learnedTpmAtMs'] as const;
    const [limits, nowMs] = await Promise.all([this.#redis.hmget(this.#keys.limits(), ...fields), this.#redisNowMs()]);
    const [rpm, tpm, learnedRpm, rpmAtMs = 0, learnedTpm, tpmAtMs = 0] = limits.map((text) => Number(text ?? 0));
    return {
      rpm: rpm ?? 0,
      tpm: tpm ?? 0,
      ...(learnedRpm && nowMs - rpmAtMs < LEARNED_FOR_MS ? { learnedRpm } : {}),
      ...(learnedTpm && nowMs - tpmAtMs < LEARNED_FOR_MS ? { learnedTpm } : {}),
    };
  }

  #grantsOn(date: string): number {
    return this.#grants.date === date ? this.#grants.count : 0;
  }

  #today(): BudgetDay {
    return this.#calendar.dayAt(this.#now() + this.#offsetMs);
  }

  async #redisDay(): Promise<BudgetDay> {
    this.#offsetMs = (await this.#redisNowMs()) - this.#now();
    return this.#today();
  }

  async #redisNowMs(): Promise<number> {
    if (this.#clockKey !== undefined) return Number(await this.#redis.get(this.#clockKey)) / 1000;
    return await redisNowMs(this.#redis);
  }
}

function closure(reason: string | null | undefined, atMs: string | null | undefined): { closed?: Closure } {
  return reason ? { closed: { reason: reason as ClosedReason, atMs: Number(atMs) } } : {};
}
