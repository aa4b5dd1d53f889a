import type { SinkTriggers } from '@reprice/config';
import { AttemptTally, type SinkFailure, type Store } from '@reprice/store';
import { acknowledgedNotes, isOtherThanSent } from '../parity-notes.ts';
import { GONE } from '../senders/outcome.ts';
import type { DeliveryObserver } from '../sink.ts';
import { verdict } from './verdict.ts';

/** How a {@link Monitor} is made. */
export interface MonitorOptions {
  readonly store: Pick<Store, 'sinks' | 'sinkWindows'>;
  /** ms since 1970. */
  readonly now: () => number;
  /** A sink was stopped by itself: nothing goes to it until a person resumes it. */
  readonly onStopped: (sink: string, reason: string) => void;
  /** An attempt failed; called of each, at once. Must not throw. */
  readonly onFailure: (sink: string, failure: SinkFailure) => void;
  readonly onError: (error: unknown) => void;
}

/** What was noted of a sink since the last look. */
interface Since {
  tally: AttemptTally;
  failure?: SinkFailure;
  gone?: string;
}

const otherPrice = {
  reason: 'other-price',
  detail: 'The far end answered another price than was sent, or left one out; reprice sinks parity tells which.',
};

/**
 * Watches the sinks that this process delivers to. At each look it puts into Redis how their attempts went, and stops those that do worse than
 * their triggers allow: others go on, and what a stopped one misses waits in the stream.
 */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #triggers = new Map<string, SinkTriggers>();
  readonly #since = new Map<string, Since>();
  #looking: Promise<void> | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** A sink is stopped when it does worse than this; it may be told again when the settings change. */
  watch(sink: string, triggers: SinkTriggers): void {
    this.#triggers.set(sink, triggers);
  }

  /** Hears of each attempt. */
  readonly observe: DeliveryObserver = ({ name }, message, delivery) => {
    const since = this.#since.get(name) ?? { tally: new AttemptTally() };
    this.#since.set(name, since);
    // Being asked to come later is no failure: it is how a far end sets the pace.
    const isError = delivery.ok
      ? isOtherThanSent(acknowledgedNotes(message, delivery.acknowledged), message)
      : delivery.reason !== 'http-429';
    since.tally.add(delivery.latencyMs, isError);
    const failed = delivery.ok ? isError && otherPrice : delivery;
    if (failed) {
      since.failure = { reason: failed.reason, detail: failed.detail, atMs: this.#options.now() };
      this.#options.onFailure(name, since.failure);
    }
    if (!delivery.ok && delivery.reason === GONE) since.gone = delivery.detail;
  };

  /** Puts away what was noted, and judges; to be called each second, and at the end. Never rejects. */
  look(): Promise<void> {
    this.#looking = (this.#looking ?? Promise.resolve()).then(() => this.#lookOnce());
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const noted = [...this.#since];
    this.#since.clear();
    for (const [name, since] of noted) await this.#put(name, since).catch(this.#options.onError);
  }

  async #put(name: string, { tally, failure, gone }: Since): Promise<void> {
    const { store, now } = this.#options;
    const nowMs = now();
    const triggers = this.#triggers.get(name);
    await store.sinkWindows.add(name, tally, nowMs);
    if (failure) await store.sinks.noteError(name, failure);
    if (gone !== undefined) return await this.#stop(name, `its far end says that it is gone for good (${gone})`);
    if (!triggers) return;
    const byMinute = await store.sinkWindows.byMinute(name, triggers.minutes + 1, nowMs);
    const reason = verdict(byMinute, triggers);
    if (reason !== undefined) await this.#stop(name, reason);
  }

  async #stop(name: string, reason: string): Promise<void> {
    const { store, onStopped } = this.#options;
    if (await store.sinks.stop(name, reason)) onStopped(name, reason);
  }
}
