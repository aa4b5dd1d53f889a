import { type KeyChange, type KeyState, keyFingerprint, type SharedKeyState } from './key-state.ts';

/** How long a key rests after the gateway refused it, in ms; each further refusal in a row doubles it. */
export const keyRestMs = 60_000;
/** The longest rest of a key, in ms. */
export const mostKeyRestMs = 900_000;

/** A key that the gateway accepted this recently, in ms, may be used by any number of calls. */
const proofHoldsMs = 1000;
/** So many calls may use a key that was accepted before, but not this recently, until one is accepted. */
const mostUnconfirmed = 4;
/** A key that is refused is refused at once: after this time, in ms, a call without a reply speaks for its key. */
export const refusalComesWithinMs = 300;

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
  #provenAtMs: number | undefined;
  /** When each call started that uses the key and has no reply yet, in that order. */
  readonly #unanswered = new Set<{ readonly startedAtMs: number }>();

  constructor(key: string) {
    this.key = key;
    this.id = keyFingerprint(key);
  }

  /**
   * 0 when a further call may use this active key now; else in how many ms at the latest. Until the gateway has accepted a key, one
   * call tries it; when it has not lately, four do: so a dead key costs a few calls, however many start at once.
   */
  gateMs(nowMs: number): number {
    if (this.key === '' || this.isProven(nowMs)) return 0;
    const most = this.#provenAtMs === undefined ? 1 : mostUnconfirmed;
    if (this.#unanswered.size < most) return 0;
    const [oldest] = this.#unanswered;
    return oldest === undefined ? 0 : Math.max(0, oldest.startedAtMs + refusalComesWithinMs - nowMs);
  }

  isProven(nowMs: number): boolean {
    return this.#provenAtMs !== undefined && nowMs - this.#provenAtMs <= proofHoldsMs;
  }

  /** Notes a call that starts; the function returned notes that it has its reply, or ended without. */
  begin(nowMs: number): () => void {
    this.calls += 1;
    const call = { startedAtMs: nowMs };
    this.#unanswered.add(call);
    return () => this.#unanswered.delete(call);
  }

  /** The gateway accepted the key. @returns whether that ends a rest. */
  accept(nowMs: number): boolean {
    this.#provenAtMs = nowMs;
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
    if (state !== 'active') this.#provenAtMs = undefined;
    this.state = state;
    this.reason = reason;
    this.generation += 1;
    this.probeStartedAtMs = undefined;
    this.claimHoldsUntilMs = 0;
    this.nextClaimAtMs = 0;
  }
}
