/** What a call may cost at worst. */
export interface WorstCase {
  readonly costNanoUsd: number;
  readonly tokens: number;
}

/**
 * Worst-case cost taken before a call. `send` marks it as sent, `settle` ends it. When its lease runs out before that, it is refunded if
 * it was never marked, and else stays charged in full.
 */
export interface Reservation {
  readonly id: string;
  /** The budget day that it is booked on, whenever it is settled. */
  readonly date: string;
  /** The ledger that granted it. */
  readonly epoch: string;
}

/** Why a day takes no more calls, whatever is left of it. */
export type ClosedReason =
  /** The gateway billed a call above its worst case: nobody can say what the next one may cost. */
  | 'overbilled'
  /** Redis was emptied, or is an older state of itself: it does not know what was spent. */
  | 'ledger_lost';

/** The decision to let a call go. A refusal reserves nothing. */
export type Admission =
  | {
      readonly granted: true;
      readonly reservation: Reservation;
      /** Below 0: the slot is past. */
      readonly waitMs: number;
      /** How long before the slot `send` should be asked; 0 but for a Redis that takes long to answer. */
      readonly sendAheadMs: number;
    }
  | { readonly granted: false; readonly because: 'rate'; readonly retryAfterMs: number }
  | { readonly granted: false; readonly because: 'budget'; readonly leftNanoUsd: number; readonly resetsAtMs: number }
  | { readonly granted: false; readonly because: 'closed'; readonly reason: ClosedReason; readonly resetsAtMs: number }
  | { readonly granted: false; readonly because: 'frozen' }
  | { readonly granted: false; readonly because: 'too_large'; readonly mostTokens: number };

/** What a call's end tells of the gateway: `failed` counts for the breaker, `ok` closes it. */
export type GatewayHealth = 'ok' | 'failed';

/** A day that was closed, and since when. */
export interface Closure {
  readonly reason: ClosedReason;
  readonly atMs: number;
}

/** The day's budget, in nano-dollars. */
export interface Budget {
  readonly date: string;
  readonly limitNanoUsd: number;
  readonly spentNanoUsd: number;
  readonly reservedNanoUsd: number;
  readonly resetsAtMs: number;
  readonly closed?: Closure;
  /** Calls that were sent and never settled; `spentNanoUsd` holds them at their worst case. */
  readonly unsettled: { readonly calls: number; readonly costNanoUsd: number };
}

/** A call that was sent and whose end nobody told: charged in full. */
export interface UnsettledCall {
  readonly id: string;
  readonly costNanoUsd: number;
  readonly expiredAtMs: number;
}

/** A limit as one process is configured. `stated`: its user said so; else it is the default and only fills a gap. */
export interface ConfiguredLimit {
  readonly value: number;
  readonly stated: boolean;
}

/** The limits of a process, or of everybody. 0 a minute = no limit. */
export interface Limits<T> {
  readonly dailyNanoUsd: T;
  readonly rpm: T;
  readonly tpm: T;
}

/** Requests and tokens a minute: ours, and those that the gateway told in the last ten minutes. The lower holds; 0 = no limit. */
export interface RateLimits {
  readonly rpm: number;
  readonly tpm: number;
  readonly learnedRpm?: number;
  readonly learnedTpm?: number;
}

/** What a look at the ledger tells, once a second. */
export interface LedgerState {
  /** Requests and tokens a minute in force; 0 = no limit. */
  readonly rpm: number;
  readonly tpm: number;
  readonly closed?: Closure;
}

/** Calls are under way, whose cost the bill may or may not hold. */
export class ReconcileConflict extends Error {
  readonly callsUnderWay: number;

  constructor(callsUnderWay: number) {
    super(`${callsUnderWay} calls are under way: wait until they are settled, and look at the bill again.`);
    this.name = 'ReconcileConflict';
    this.callsUnderWay = callsUnderWay;
  }
}
