import { type KeyChange, type KeyState, keyFingerprint, type SharedKeyState } from './key-state.ts';

/** How long a key rests after the gateway refused it, in ms; each further refusal in a row doubles it. */
export const keyRestMs = 60_000;
/** The longest rest of a key, in ms. */
export const mostKeyRestMs = 900_000;

/** So many calls may start with a key that is known to be good between one reply that accepts it and the next. */
export const mostUnconfirmed = 3;
/** A key that is refused is refused at once: after this time, in ms, silence speaks for it. */
export const refusalComesWithinMs = 200;

/** One key of the ring: what it is, who uses it, and whether the gateway takes it. All times by a steady clock, in ms. */
export class KeyEntry {
  readonly key: string;
  readonly id: string;
  state: KeyState = 'active';
  reason = '';
  calls = 0;
  refused = 0;
  /** Raised whenever the state changes: what a call with an older one finds out is no news. */
  generation = 0;
  restsUntilMs = 0;
  refusals = 0;
  /** The version of the shared state that was applied last. */
  version = 0;
  /** The right to try it after its rest: until when it holds, when it may be asked for again. */
  claimHoldsUntilMs = 0;
  nextClaimAtMs = 0;
  isClaiming = false;
  probeStartedAtMs: number | undefined;
  /** The gateway has accepted the key since it became active. */
  isProven = false;
  /** Calls that started with the key since it was last accepted, and when the first of them did. */
  #unconfirmed = 0;
  #unconfirmedSinceMs = 0;

  constructor(key: string) {
    this.key = key;
    this.id = keyFingerprint(key);
  }

  /**
   * 0 when a further call may start with this active key now; else in how many ms at the latest. One call tries a key that was never
   * accepted; of one that was, each acceptance lets a few more calls start: so a dead key costs a few calls, however many want to start
   * at once, and one that dies while it is in use costs few more.
   */
  gateMs(nowMs: number): number {
    if (this.key === '' || this.#unconfirmed < (this.isProven ? mostUnconfirmed : 1)) return 0;
    return Math.max(0, this.#unconfirmedSinceMs + refusalComesWithinMs - nowMs);
  }

  /** Notes a call that starts. */
  begin(nowMs: number): void {
    this.calls += 1;
    if (this.#unconfirmed === 0) this.#unconfirmedSinceMs = nowMs;
    this.#unconfirmed += 1;
  }

  /** A call that had started ended and said nothing of the key. */
  forget(): void {
    this.#unconfirmed = Math.max(0, this.#unconfirmed - 1);
  }

  /** The gateway accepted the key. @returns whether that ends a rest. */
  accept(): boolean {
    this.isProven = true;
    this.#unconfirmed = 0;
    this.refusals = 0;
    if (this.state === 'active') return false;
    this.#become('active', '');
    return true;
  }

  /** The gateway refused the key: it rests, twice as long as the last time if that was in vain. */
  refuse(nowMs: number, reason: string): void {
    this.refused += 1;
    this.refusals += 1;
    this.restsUntilMs = nowMs + Math.min(mostKeyRestMs, keyRestMs * 2 ** (this.refusals - 1));
    this.#become('resting', reason);
  }

  /** Takes over what all processes know of the key, if that is news. */
  apply(shared: SharedKeyState, nowMs: number): void {
    if (shared.version <= this.version) return;
    this.version = shared.version;
    if (shared.state === 'active' && this.state === 'active') return;
    this.refusals = shared.refusals;
    this.restsUntilMs = nowMs + shared.restMs;
    this.#become(shared.state, shared.reason);
  }

  /** Until when it rests, in ms from now; 0 unless it is resting. */
  restMs(nowMs: number): number {
    return this.state === 'resting' ? Math.max(0, this.restsUntilMs - nowMs) : 0;
  }

  change(nowMs: number): KeyChange {
    const { id, state, refusals, reason } = this;
    return { id, state, restMs: this.restMs(nowMs), refusals, reason };
  }

  #become(state: KeyState, reason: string): void {
    if (state !== 'active') {
      this.isProven = false;
      this.#unconfirmed = 0;
    }
    this.state = state;
    this.reason = reason;
    this.generation += 1;
    this.probeStartedAtMs = undefined;
    this.claimHoldsUntilMs = 0;
    this.nextClaimAtMs = 0;
  }
}
