import { RateWindow } from './rate-window.ts';

/** One request, the moment it arrives. */
export interface Arrival {
  /** From 1, in the order of arrival. */
  readonly call: number;
  /** Unix time in ms. */
  readonly atMs: number;
  /** The last 4 characters of its key; empty for none. */
  readonly key: string;
  /** The limit was reached: to be answered with 429. */
  readonly limited: boolean;
  /** `X-RateLimit-Limit`, `-Remaining`, `-Reset` (seconds until a place is free), with `Retry-After` when limited. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How many requests came when, and how many of them in the fullest 60 seconds. */
export interface RequestTimes {
  readonly arrived: number;
  readonly rateLimited: number;
  /** Of all that arrived, the refused included. */
  readonly maxRequestsInAny60s: number;
  /** Unix time in ms; null before the first. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
}

const noHeaders: Arrival['headers'] = {};

/** Counts requests as they arrive, and limits them to so many in any 60 seconds; the refused take no place. */
export class Arrivals {
  readonly #rpm: number;
  readonly #nowMs: () => number;
  readonly #steadyMs: () => number;
  readonly #all = new RateWindow();
  readonly #admitted = new RateWindow();
  #arrived = 0;
  #rateLimited = 0;
  #firstAtMs: number | null = null;
  #lastAtMs: number | null = null;

  /** @param rpm 0 = no limit. @param steadyMs a clock in ms that never goes back. */
  constructor(rpm: number, nowMs: () => number, steadyMs: () => number) {
    this.#rpm = rpm;
    this.#nowMs = nowMs;
    this.#steadyMs = steadyMs;
  }

  /** Counts a request that arrives now, with a key of these last 4 characters. */
  next(key = ''): Arrival {
    const atMs = this.#nowMs();
    const steadyMs = this.#steadyMs();
    this.#arrived += 1;
    this.#firstAtMs ??= atMs;
    this.#lastAtMs = atMs;
    this.#all.add(steadyMs);
    if (this.#rpm === 0) return { call: this.#arrived, atMs, key, limited: false, headers: noHeaders };
    const limited = this.#admitted.countAt(steadyMs) >= this.#rpm;
    if (limited) this.#rateLimited += 1;
    else this.#admitted.add(steadyMs);
    return { call: this.#arrived, atMs, key, limited, headers: this.#headers(steadyMs, limited) };
  }

  get times(): RequestTimes {
    return {
      arrived: this.#arrived,
      rateLimited: this.#rateLimited,
      maxRequestsInAny60s: this.#all.most,
      firstAtMs: this.#firstAtMs,
      lastAtMs: this.#lastAtMs,
    };
  }

  #headers(steadyMs: number, limited: boolean): Record<string, string> {
    const left = this.#rpm - this.#admitted.countAt(steadyMs);
    const resetSeconds = String(Math.ceil(this.#admitted.untilNextLeavesMs(steadyMs) / 1000));
    return {
      'X-RateLimit-Limit': String(this.#rpm),
      'X-RateLimit-Remaining': String(left),
      'X-RateLimit-Reset': resetSeconds,
      ...(limited ? { 'Retry-After': resetSeconds } : {}),
    };
  }
}
