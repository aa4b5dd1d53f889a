import { type Priority, sharePercent } from '@reprice/pricing';
import { freshNamespace } from '@reprice/testkit';
import type { Redis } from 'ioredis';
import type { AdmissionControl } from '../src/admission.ts';
import { BudgetCalendar } from '../src/budget-day.ts';
import { Store } from '../src/store.ts';
import { stated } from './fixture.ts';

/** One thing that happens, so many ms after the one before. `pick` chooses among the calls that it can happen to. */
export type Happening = { readonly afterMs: number; readonly process: number } & (
  | { readonly kind: 'admit'; readonly priority: Priority; readonly worst: number; readonly tokens: number }
  | { readonly kind: 'send' | 'die'; readonly pick: number }
  | { readonly kind: 'settle'; readonly pick: number; readonly share: number; readonly isFailed: boolean }
  | { readonly kind: 'tick' }
  | { readonly kind: 'rest'; readonly restMs: number }
  | { readonly kind: 'limit'; readonly dailyNanoUsd: number; readonly rpm: number; readonly tpm: number }
);

/** Where a simulated year begins. */
export interface World {
  readonly startMs: number;
  readonly timeZone: string;
  /** How far each process' clock is off, ms. */
  readonly skewsMs: readonly number[];
  readonly limits: { readonly dailyNanoUsd: number; readonly rpm: number; readonly tpm: number };
}

interface Call {
  readonly process: number;
  readonly reservation: Parameters<AdmissionControl['send']>[0];
  readonly worst: number;
  readonly tokens: number;
  readonly slotMs: number;
  state: 'reserved' | 'sent';
  expiresMs: number;
  arrival: Arrival;
}

/** A call as the gateway sees it come, with the limits that allowed it; 0 = no limit. */
export interface Arrival {
  readonly atMs: number;
  tokens: number;
  readonly rpm: number;
  readonly tpm: number;
}

/** Requests and tokens a minute; 0 = no limit. */
export type RateLimit = Pick<Arrival, 'rpm' | 'tpm'>;

/** A call may come as close to the others as the limits allow under which it was granted, or those under which it came. */
export function higher(a: RateLimit, b: RateLimit): RateLimit {
  const of = (one: number, other: number) => (one === 0 || other === 0 ? 0 : Math.max(one, other));
  return { rpm: of(a.rpm, b.rpm), tpm: of(a.tpm, b.tpm) };
}

/** Tells of the first call that came although the 60 s that end with it hold more than its limits allow; undefined if there is none. */
export function overfullMinute(arrivals: readonly Arrival[]): string | undefined {
  const inOrder = arrivals.toSorted((a, b) => a.atMs - b.atMs);
  let [first, tokens] = [0, 0];
  for (const [last, { atMs, rpm, tpm, tokens: more }] of inOrder.entries()) {
    tokens += more;
    for (; (inOrder[first]?.atMs ?? atMs) <= atMs - 60_000; first++) tokens -= inOrder[first]?.tokens ?? 0;
    const calls = last - first + 1;
    if (rpm > 0 && calls > rpm) return `${calls} calls in the minute before ${atMs}, where ${rpm} are allowed`;
    if (tpm > 0 && tokens > tpm) return `${tokens} tokens in the minute before ${atMs}, where ${tpm} are allowed`;
  }
  return undefined;
}

const LEASE_MS = 60_000;
const UNSENT_MS = 5000;

/**
 * Plays happenings against the scripts of admission in a real Redis, on a clock of its own, and beside them a plain model of the same ledger.
 * Throws at the first difference, and when the gateway's bill or any 60 seconds at the gateway are above a limit.
 */
export class Simulation {
  readonly #redis: Redis;
  readonly #clockKey: string;
  readonly #keys: Store['keys'];
  readonly #processes: AdmissionControl[];
  readonly #calendar: BudgetCalendar;
  readonly #configured: Parameters<AdmissionControl['seed']>[0];
  #nowMs: number;
  #limits: World['limits'];
  #calls: Call[] = [];
  #dead: Call[] = [];
  /** Sent, and their lease ran out before they were settled: charged in full. */
  #unsettled: Call[] = [];
  readonly #spent = new Map<string, number>();
  readonly #bill = new Map<string, number>();
  readonly #highestLimit = new Map<string, number>();
  readonly #arrivals: Arrival[] = [];

  constructor(redis: Redis, world: World) {
    const namespace = freshNamespace();
    this.#redis = redis;
    this.#clockKey = `{${namespace}:0}:clock`;
    this.#nowMs = world.startMs;
    this.#limits = world.limits;
    this.#calendar = new BudgetCalendar(world.timeZone);
    const { timeZone } = world;
    const stores = world.skewsMs.map(
      (skewMs) =>
        new Store(redis, {
          namespace,
          timeZone,
          clockKey: this.#clockKey,
          leaseMs: LEASE_MS,
          now: () => this.#nowMs + skewMs,
        }),
    );
    this.#keys = (stores[0] as Store).keys;
    this.#processes = stores.map((store) => store.admission);
    const { dailyNanoUsd, rpm, tpm } = world.limits;
    this.#configured = { dailyNanoUsd: stated(dailyNanoUsd), rpm: stated(rpm), tpm: stated(tpm) };
    this.#note();
  }

  /** Days on which something was spent. */
  get days(): number {
    return this.#bill.size;
  }

  get callsSent(): number {
    return this.#arrivals.length;
  }

  async play(happenings: readonly Happening[]): Promise<void> {
    await this.#pass(0);
    for (const process of this.#processes) await process.seed(this.#configured);
    for (const happening of happenings) {
      await this.#pass(happening.afterMs);
      await this.#happen(happening);
      await this.#compare();
    }
    // Calm: nobody settles any more, and a minute later nothing is held back.
    await this.#pass(LEASE_MS + UNSENT_MS + 1);
    await this.#tick(0);
    await this.#compare();
    const fault = overfullMinute(this.#arrivals);
    if (fault) throw new Error(fault);
    await this.#redis.del(...(await this.#redis.keys(`${this.#keys.prefix}*`)));
  }

  async #happen(h: Happening): Promise<void> {
    const admission = this.#processes[h.process] as AdmissionControl;
    const inState = (state: Call['state']) => this.#calls.filter((call) => call.state === state);
    switch (h.kind) {
      case 'admit':
        return await this.#admit(h.process, h.priority, h.worst, h.tokens);
      case 'send': {
        const call = pickFrom(inState('reserved'), h.pick);
        if (!call) return;
        if (this.#nowMs < call.slotMs) await this.#pass(call.slotMs - this.#nowMs);
        const answer = await this.#processOf(call).send(call.reservation);
        if (answer === 'late') this.#forget(call);
        else {
          call.state = 'sent';
          call.expiresMs = this.#nowMs + LEASE_MS;
          // From here on the gateway may bill it, all of it, and nobody may ever learn how much.
          add(this.#bill, call.reservation.date, call.worst);
          call.arrival = { ...call.arrival, atMs: this.#nowMs, ...higher(call.arrival, this.#limits) };
          this.#arrivals.push(call.arrival);
        }
        return;
      }
      case 'die': {
        const call = pickFrom([...inState('reserved'), ...inState('sent')], h.pick);
        if (!call) return;
        this.#forget(call);
        this.#dead.push(call);
        return;
      }
      case 'settle':
        return await this.#settle(pickFrom([...inState('sent'), ...this.#unsettled], h.pick), h.share, h.isFailed);
      case 'tick':
        return await this.#tick(h.process);
      case 'rest':
        await admission.rest(h.restMs);
        return;
      case 'limit': {
        const { dailyNanoUsd, rpm, tpm } = h;
        this.#limits = { dailyNanoUsd, rpm, tpm };
        await admission.setLimits(this.#limits);
        this.#note();
      }
    }
  }

  async #admit(process: number, priority: Priority, worst: number, tokens: number): Promise<void> {
    const admission = this.#processes[process] as AdmissionControl;
    const { date } = this.#calendar.dayAt(this.#nowMs);
    const room = Math.floor((this.#limits.dailyNanoUsd * sharePercent[priority]) / 100) - this.#held(date);
    const answer = await admission.admit(priority, { costNanoUsd: worst, tokens });
    if (!answer.granted) {
      if (answer.because === 'budget' && worst <= room) throw new Error(`a phantom: ${room} left, ${worst} refused`);
      if (answer.because === 'closed') throw new Error('the day was closed');
      return;
    }
    const { reservation, waitMs } = answer;
    if (worst > room) throw new Error(`${worst} granted where ${room} was left`);
    if (reservation.date !== date) throw new Error(`granted on ${reservation.date}, which is ${date}`);
    const slotMs = this.#nowMs + waitMs;
    const expiresMs = slotMs + UNSENT_MS;
    const { rpm, tpm } = this.#limits;
    const arrival = { atMs: slotMs, tokens, rpm, tpm };
    this.#calls.push({ process, reservation, worst, tokens, slotMs, state: 'reserved', expiresMs, arrival });
  }

  async #settle(call: Call | undefined, share: number, isFailed: boolean): Promise<void> {
    if (!call) return;
    const { reservation, worst, tokens } = call;
    const [cost, used] = [Math.floor(worst * share), Math.floor(tokens * share)];
    const admission = this.#processOf(call);
    const told = { costNanoUsd: cost, tokens: used, sent: true };
    const isListed = this.#unsettled.includes(call);
    const answer = await admission.settle(reservation, 'none', told, isFailed ? 'failed' : 'ok');
    if (answer !== 'settled') throw new Error(`a call that was sent is ${answer}`);
    if ((await admission.settle(reservation, 'none', told)) !== 'unknown') throw new Error('settled twice');
    this.#forget(call);
    add(this.#bill, reservation.date, cost - worst);
    add(this.#spent, reservation.date, cost - (isListed ? worst : 0));
    call.arrival.tokens = used;
  }

  async #tick(process: number): Promise<void> {
    await (this.#processes[process] as AdmissionControl).tick();
    const today = this.#calendar.dayAt(this.#nowMs).date;
    const dates = [today, this.#calendar.dayBefore(this.#nowMs).date];
    for (const call of [...this.#calls, ...this.#dead]) {
      if (call.expiresMs > this.#nowMs || !dates.includes(call.reservation.date)) continue;
      this.#forget(call);
      if (call.state !== 'sent') continue;
      add(this.#spent, call.reservation.date, call.worst);
      this.#unsettled.push(call);
    }
  }

  #processOf(call: Call): AdmissionControl {
    return this.#processes[call.process] as AdmissionControl;
  }

  #held(date: string): number {
    const open = [...this.#calls, ...this.#dead].filter((call) => call.reservation.date === date);
    return (this.#spent.get(date) ?? 0) + open.reduce((sum, call) => sum + call.worst, 0);
  }

  /** Redis holds what the model holds, and that covers the bill, which is within the limit. */
  async #compare(): Promise<void> {
    const { date } = this.#calendar.dayAt(this.#nowMs);
    const held = await this.#redis.hmget(this.#keys.budget(date), 'spentNanoUsd', 'reservedNanoUsd');
    const [spent, reserved] = held.map((text) => Number(text ?? 0)) as [number, number];
    if (spent + reserved !== this.#held(date))
      throw new Error(`Redis holds ${spent} + ${reserved}, the model ${this.#held(date)}`);
    const bill = this.#bill.get(date) ?? 0;
    if (bill > spent + reserved) throw new Error(`the bill ${bill} is above the books ${spent} + ${reserved}`);
    if (bill > (this.#highestLimit.get(date) ?? 0)) throw new Error(`the bill ${bill} is above the limit of ${date}`);
  }

  #forget(call: Call): void {
    this.#calls = this.#calls.filter((c) => c !== call);
    this.#dead = this.#dead.filter((c) => c !== call);
    this.#unsettled = this.#unsettled.filter((c) => c !== call);
  }

  #note(): void {
    const { date } = this.#calendar.dayAt(this.#nowMs);
    this.#highestLimit.set(date, Math.max(this.#highestLimit.get(date) ?? 0, this.#limits.dailyNanoUsd));
  }

  async #pass(ms: number): Promise<void> {
    this.#nowMs += ms;
    const { date } = this.#calendar.dayAt(this.#nowMs);
    if (!this.#highestLimit.has(date)) this.#highestLimit.set(date, this.#limits.dailyNanoUsd);
    await this.#redis.set(this.#clockKey, String(this.#nowMs * 1000));
  }
}

function pickFrom<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
