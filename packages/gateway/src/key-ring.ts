import { KeyEntry, mostUnconfirmed, refusalComesWithinMs } from './key-entry.ts';
import type { KeyChange, KeyView, SharedKeyState } from './key-state.ts';

/** How a ring tells and asks other processes. */
export interface KeyRingOptions {
  /** Time in ms that never goes back; `performance.now` if not given. */
  readonly steadyMs?: () => number;
  /** Called when the gateway refused a key, or accepts again one that rested. Must not throw. */
  readonly onChange?: (change: KeyChange) => void;
  /** Asks for the right to try a key whose rest is over, so that one process does; not given: this ring alone decides. */
  readonly claimProbe?: (id: string) => Promise<boolean>;
}

/** A key lent to one call. The call tells what the gateway made of it, and ends with `release`; each may be called twice. */
export interface KeyLoan {
  readonly key: string;
  /** The gateway took the key. */
  accepted(): void;
  /** The gateway refused the key, with these words. */
  refused(reason: string): void;
  /** The call ended, whatever was found out. */
  release(): void;
}

/** What `take` gives: a key, or in how many ms at the latest it is worth asking again, or nothing: every key rests. */
export type Taken = { readonly loan: KeyLoan } | { readonly waitMs: number } | undefined;

/** A claim holds for so long, in ms: the time to start the call. */
const claimHoldsMs = 5000;
/** Another process tries the key: whether it did is known about then. */
const claimAgainMs = 1000;

/**
 * The gateway's API keys, in order of use: the first that is neither resting nor revoked is taken.
 *
 * ```
 *            401, 402, 403                         refused: rests twice as long, 15 minutes at most
 *   active ────────────────▶ resting ──rest over──▶ one call tries it ──┐
 *     ▲                         ▲                        │ accepted     │
 *     └─────────────────────────┼────────────────────────┘              │
 *                               └───────────────────────────────────────┘
 *   revoked: from any state, until it is restored
 * ```
 */
export class KeyRing {
  #entries: readonly KeyEntry[];
  #shared: readonly SharedKeyState[] = [];
  readonly #options: KeyRingOptions;
  readonly #steadyMs: () => number;
  readonly #waiting = new Set<() => void>();

  /** @param keys none means one anonymous key: calls go out without an authorization header. */
  constructor(keys: readonly string[], options: KeyRingOptions = {}) {
    this.#options = options;
    this.#steadyMs = options.steadyMs ?? (() => performance.now());
    this.#entries = entriesOf(keys);
  }

  /** The key to use now. */
  take(): Taken {
    const nowMs = this.#steadyMs();
    let waitMs: number | undefined;
    let isTried = false;
    for (const entry of this.#entries) {
      if (entry.state === 'revoked') continue;
      if (entry.state === 'active') {
        const gateMs = entry.gateMs(nowMs);
        // While a key is tried for the first time, one further back stands in for it if that is known to be good.
        if (gateMs === 0 && (!isTried || entry.isProven)) return { loan: this.#lend(entry, nowMs) };
        if (gateMs > 0) waitMs = Math.min(gateMs, waitMs ?? gateMs);
        if (entry.isProven) break;
        isTried = true;
        continue;
      }
      if (nowMs < entry.restsUntilMs) continue;
      if (this.#mayProbe(entry, nowMs)) return { loan: this.#lend(entry, nowMs) };
      const untilKnownMs = this.#probeKnownInMs(entry, nowMs);
      if (untilKnownMs > 0) waitMs = Math.min(untilKnownMs, waitMs ?? untilKnownMs);
    }
    return waitMs === undefined ? undefined : { waitMs };
  }

  /** Resolves when something happened to a key that lets this call go on, when `ms` passed, or when the signal is aborted. */
  changed(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** From the next call on these are the keys; what is known of those that stay, and calls in flight, are left alone. */
  replace(keys: readonly string[]): void {
    const old = new Map(this.#entries.map((entry) => [entry.key, entry]));
    this.#entries = entriesOf(keys).map((entry) => old.get(entry.key) ?? entry);
    this.applyStates(this.#shared);
  }

  /** Takes over what all processes know of the keys; ids that this ring does not have are remembered for those to come. */
  applyStates(states: readonly SharedKeyState[]): void {
    this.#shared = states;
    const nowMs = this.#steadyMs();
    for (const state of states) this.#entries.find((entry) => entry.id === state.id)?.apply(state, nowMs);
    this.#wakeAll();
  }

  /** Keys that can be used now. */
  get active(): number {
    const nowMs = this.#steadyMs();
    return this.#entries.filter((entry) => isUsable(entry, nowMs)).length;
  }

  /** In how many ms the first resting key may be tried; 0 when one can be used, undefined when every key is revoked. */
  get backInMs(): number | undefined {
    if (this.active > 0) return 0;
    const nowMs = this.#steadyMs();
    const rests = this.#entries.filter((entry) => entry.state === 'resting').map((entry) => entry.restMs(nowMs));
    return rests.length === 0 ? undefined : Math.min(...rests);
  }

  /** The keys without what is secret about them; none for a ring that is anonymous. */
  get view(): KeyView[] {
    const nowMs = this.#steadyMs();
    return this.#entries
      .filter((entry) => entry.key !== '')
      .map((entry, index) => {
        const { id, state, reason, calls, refused } = entry;
        return { id, position: index + 1, state, restMs: entry.restMs(nowMs), reason, calls, refused };
      });
  }

  #lend(entry: KeyEntry, nowMs: number): KeyLoan {
    const isProbe = entry.state === 'resting';
    if (isProbe) {
      entry.probeStartedAtMs = nowMs;
      entry.claimHoldsUntilMs = 0;
    }
    const { generation } = entry;
    entry.begin(nowMs);
    let hasReply = false;
    const isNews = (): boolean => entry.generation === generation;
    return {
      key: entry.key,
      accepted: () => {
        hasReply = true;
        if (!isNews()) return;
        if (entry.accept()) this.#tell(entry);
        // One by one as they may start, so that many that wait do not all look each time.
        this.#wake(mostUnconfirmed);
      },
      refused: (reason) => {
        hasReply = true;
        if (isNews()) {
          entry.refuse(this.#steadyMs(), reason);
          this.#tell(entry);
        } else entry.refused += 1;
        this.#wakeAll();
      },
      release: () => {
        if (hasReply || !isNews()) return;
        // It found out nothing: the next call tries.
        hasReply = true;
        entry.forget();
        if (isProbe) entry.probeStartedAtMs = undefined;
        this.#wake(1);
      },
    };
  }

  /** Whether a call may try this key, whose rest is over: one at a time, of one process. */
  #mayProbe(entry: KeyEntry, nowMs: number): boolean {
    if (entry.probeStartedAtMs !== undefined) return false;
    const { claimProbe } = this.#options;
    if (claimProbe === undefined || nowMs < entry.claimHoldsUntilMs) return true;
    if (entry.isClaiming || nowMs < entry.nextClaimAtMs) return false;
    entry.isClaiming = true;
    entry.nextClaimAtMs = nowMs + claimAgainMs;
    void this.#claim(entry, claimProbe);
    return false;
  }

  async #claim(entry: KeyEntry, claimProbe: (id: string) => Promise<boolean>): Promise<void> {
    const isMine = await claimProbe(entry.id).catch(() => false);
    entry.isClaiming = false;
    if (isMine) entry.claimHoldsUntilMs = this.#steadyMs() + claimHoldsMs;
    this.#wakeAll();
  }

  #probeKnownInMs(entry: KeyEntry, nowMs: number): number {
    if (entry.probeStartedAtMs !== undefined) return entry.probeStartedAtMs + refusalComesWithinMs - nowMs;
    return entry.isClaiming ? entry.nextClaimAtMs - claimAgainMs + refusalComesWithinMs - nowMs : 0;
  }

  #tell(entry: KeyEntry): void {
    if (entry.key !== '') this.#options.onChange?.(entry.change(this.#steadyMs()));
  }

  #wakeAll(): void {
    this.#wake(this.#waiting.size);
  }

  /** Those that have waited longest. */
  #wake(count: number): void {
    let left = count;
    for (const wake of this.#waiting) {
      if (left === 0) return;
      left -= 1;
      wake();
    }
  }
}

function entriesOf(keys: readonly string[]): KeyEntry[] {
  return (keys.length === 0 ? [''] : keys).map((key) => new KeyEntry(key));
}

function isUsable(entry: KeyEntry, nowMs: number): boolean {
  return entry.state === 'active' || (entry.state === 'resting' && nowMs >= entry.restsUntilMs);
}
