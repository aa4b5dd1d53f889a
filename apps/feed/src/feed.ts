import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedSettings } from '@reprice/config';
import type { FeedRecord, ObservationMerger, Store } from '@reprice/store';
import { type Logger, onceEvery } from '@reprice/telemetry';
import { Backoff } from './backoff.ts';
import { EventOrder } from './event-order.ts';
import { FeedTally } from './feed-counts.ts';
import { FeedLease } from './feed-lease.ts';
import { FeedSession, type Mark, type SessionParts } from './feed-session.ts';
import { MarketClock } from './market-clock.ts';
import type { Unusable } from './market-message.ts';
import { MarketPages } from './market-pages.ts';
import type { Input } from './newest-wins.ts';
import { Pump, type PumpOptions } from './pump.ts';
import { SeenIds } from './seen-ids.ts';

/** What a {@link Feed} works with. */
export interface FeedTools {
  readonly feeds: Store['feeds'];
  readonly merger: ObservationMerger;
  readonly read: SessionParts['read'];
  /** Puts SKUs in place of what a source calls its things; what nobody knows a SKU behind goes to `aside`. */
  readonly resolve: (
    inputs: readonly Input[],
    aside: (why: Unusable, evidence: unknown) => void,
  ) => Promise<readonly Input[]>;
  /** Whether an observation can be read. */
  readonly isSound: PumpOptions<Mark>['isSound'];
  /** Keeps what could not be used for a person to look at. */
  readonly quarantine: (why: Unusable, evidence: unknown) => void;
  readonly log: Logger;
  readonly onError: (error: Error) => void;
}

const SAME_WORDS_EVERY_MS = 10_000;

/** A feed of the market, run by this process while it holds the lease, over all its connections. */
export class Feed {
  readonly name: string;
  readonly #settings: FeedSettings;
  readonly #tools: FeedTools;
  readonly #mayLog = onceEvery(SAME_WORDS_EVERY_MS);
  #tally = new FeedTally(Date.now);
  #isRun = false;
  #waiting = () => ({ store: 0, order: 0 });

  constructor(name: string, settings: FeedSettings, tools: FeedTools) {
    this.name = name;
    this.#settings = settings;
    this.#tools = tools;
  }

  /** How it stands, as this process sees it. */
  get tally(): FeedTally {
    return this.#tally;
  }

  /** Whether this process runs it; else it stands by. */
  get isRun(): boolean {
    return this.#isRun;
  }

  /** Observations that wait for the store, and events that wait for an earlier one. */
  get waiting(): { readonly store: number; readonly order: number } {
    return this.#waiting();
  }

  /** Runs the feed, or stands by, until `signal` says so. */
  async run(signal: AbortSignal): Promise<void> {
    const { feeds, onError, log } = this.#tools;
    while (!signal.aborted) {
      const lease = new FeedLease(this.name, this.#settings, feeds, onError);
      const standBy = () => log.info({ feed: this.name }, 'another process runs the feed: standing by');
      const before = await lease.take(signal, standBy).catch(() => undefined);
      if (signal.aborted) return;
      log.info({ feed: this.name, from: before?.cursor }, 'running the feed');
      await this.#hold(lease, before, signal);
    }
  }

  /** Runs the feed as long as the lease is held. */
  async #hold(lease: FeedLease, before: FeedRecord | undefined, signal: AbortSignal): Promise<void> {
    const { merger, resolve, onError, quarantine, log } = this.#tools;
    const tally = new FeedTally(Date.now, before);
    this.#tally = tally;
    let stored: Mark | undefined = before?.cursor && { cursor: before.cursor };
    const coalescedBefore = tally.counts.coalesced;
    const isUnusable = (why: Unusable, evidence: unknown) => {
      tally.counts.quarantined += 1;
      quarantine(why, evidence);
    };
    const pump = new Pump<Mark>({
      resolve: (inputs) => resolve(inputs, isUnusable),
      merge: (inputs) => merger.merge(inputs),
      isSound: this.#tools.isSound,
      mayStore: () => lease.isHeld,
      onStored: (mark) => {
        stored = {
          ...mark,
          ...(mark.inSyncAtMs === undefined && stored?.inSyncAtMs && { inSyncAtMs: stored.inSyncAtMs }),
        };
        tally.counts.coalesced = coalescedBefore + pump.coalesced;
      },
      onRejected: ({ fields }, { faults }) => {
        const [fault] = faults;
        const detail = faults.map(({ field, got, takes }) => `${field}: got ${got}, takes ${takes}`).join('; ');
        isUnusable({ reason: fault?.code ?? 'rejected', detail }, fields);
      },
      onError,
    });
    const memory = { order: new EventOrder(), seen: new SeenIds(), clock: new MarketClock(), cursor: stored?.cursor };
    if (stored) memory.order.beginAfter(stored.cursor.seq);
    this.#waiting = () => ({ store: pump.waiting, order: memory.order.waiting });
    this.#isRun = true;
    const ending = new AbortController();
    const stop = () => ending.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const { url, restUrl, token, heartbeatSeconds } = this.#settings;
    const pages = new MarketPages(restUrl, token);
    const connecting = this.#connect(
      {
        target: { url, token, silenceMs: heartbeatSeconds * 1000 },
        pages,
        memory,
        pump,
        tally,
        read: this.#tools.read,
        quarantine: isUnusable,
        onHeartbeat: (everyMs) => this.#tellSlow(everyMs),
        random: Math.random,
      },
      ending.signal,
    );
    await lease.keep(tally, () => stored, ending.signal);
    if (!signal.aborted) log.warn({ feed: this.name }, 'the feed is no longer this process’s: beginning anew');
    stop();
    signal.removeEventListener('abort', stop);
    pump.discard();
    await connecting;
    await pages.close();
    this.#isRun = false;
    tally.stand('down', 'its process was stopped');
    await lease.leave(tally, stored).catch(onError);
  }

  /** A quiet market is known to be quiet from heartbeat to heartbeat alone. */
  #tellSlow(everyMs: number): void {
    const { holdAfterMs, whenBehind } = this.#settings;
    if (whenBehind === 'go-on' || everyMs <= holdAfterMs || !this.#mayLog('heartbeat')) return;
    const advice =
      'the heartbeats of the market are further apart than holdAfterMs: prices wait between them, raise it';
    this.#tools.log.warn({ feed: this.name, everyMs: Math.round(everyMs), holdAfterMs }, advice);
  }

  /** One connection after the other. */
  async #connect(parts: SessionParts, signal: AbortSignal): Promise<void> {
    const { log } = this.#tools;
    const { tally } = parts;
    const backoff = new Backoff(this.#settings.maxReconnectSeconds * 1000);
    while (!signal.aborted) {
      const session = new FeedSession(parts);
      const { why, isRefused } = await session.run(signal);
      if (signal.aborted) return;
      const waitMs = backoff.next(session.healthyMs, parts.random());
      tally.counts.reconnects += 1;
      tally.stand(tally.state === 'starting' && !isRefused ? 'starting' : 'down', why, isRefused);
      const mine = this.#mayLog(why);
      if (mine)
        log.warn(
          { feed: this.name, why, waitMs: Math.round(waitMs), suppressed: mine.suppressed },
          'the stream ended: connecting again',
        );
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }
}
