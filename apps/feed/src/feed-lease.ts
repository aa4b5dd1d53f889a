import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedSettings } from '@reprice/config';
import type { FeedLease as Answer, FeedRecord, Feeds } from '@reprice/store';
import type { FeedTally } from './feed-counts.ts';
import type { Mark } from './feed-session.ts';

/** A process that has said nothing for so long is taken for dead, and another one takes the feed over. */
const LEASE_MS = 3000;
const TAKE_MS = 500;
const REPORT_MS = 1000;
const CHANGED_MS = 100;
/** Two clocks that part by more than this between two reports did not drift: one of them stood still, or was set. */
const JUMP_MS = 100;

/** The right of one process to run a feed, and what it tells with each renewal: state, checkpoint, and until when the feed counts as in sync. */
export class FeedLease {
  readonly #name: string;
  readonly #settings: FeedSettings;
  readonly #feeds: Pick<Feeds, 'report' | 'leave'>;
  readonly #token = randomBytes(8).toString('hex');
  readonly #onError: (error: Error) => void;
  #validUntilMs = Number.NEGATIVE_INFINITY;
  /** What is to be added to the steady clock of this process for that of Redis, at least and at most. */
  #toRedisMs: { readonly least: number; readonly most: number } | undefined;
  /** That the feed was in sync at this moment of the steady clock, or before, says nothing of now. */
  #voidUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    name: string,
    settings: FeedSettings,
    feeds: Pick<Feeds, 'report' | 'leave'>,
    onError: (error: Error) => void,
  ) {
    this.#name = name;
    this.#settings = settings;
    this.#feeds = feeds;
    this.#onError = onError;
  }

  /** Whether the feed is this process's own right now, also if it was frozen since it last knew. */
  get isHeld(): boolean {
    return performance.now() < this.#validUntilMs;
  }

  /** Waits until the feed is ours; resolves with what was stored of it. `onWait` is told once if another process has it. */
  async take(signal: AbortSignal, onWait: () => void): Promise<FeedRecord | undefined> {
    for (let waits = false; ; ) {
      const answer = await this.#ask().catch(this.#onError);
      if (answer && answer.lease !== 'held') return answer.before;
      if (answer && !waits) onWait();
      waits ||= answer !== undefined;
      await sleep(TAKE_MS, undefined, { signal });
    }
  }

  /** Tells again and again how the feed stands, until `signal` says so; resolves early when the feed is no longer ours. */
  async keep(tally: FeedTally, stored: () => Mark | undefined, signal: AbortSignal): Promise<void> {
    let told = '';
    let toldAtMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const mark = stored();
      const nowMs = performance.now();
      const news = `${tally.state} ${tally.detail} ${mark?.cursor.seq} ${mark?.inSyncAtMs}`;
      if (news !== told || nowMs - toldAtMs >= REPORT_MS) {
        const answer = await this.#ask({ tally, mark }).catch(this.#onError);
        // Taken anew means that it was nobody's for a while, and perhaps another's before.
        if (answer && answer.lease !== 'kept') return;
        if (answer) [told, toldAtMs] = [news, nowMs];
      }
      await sleep(CHANGED_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Tells a last time, and lets another process have the feed. */
  async leave(tally: FeedTally, mark: Mark | undefined): Promise<void> {
    if (this.isHeld) await this.#ask({ tally, mark });
    await this.#feeds.leave(this.#name, this.#token);
    this.#validUntilMs = Number.NEGATIVE_INFINITY;
  }

  async #ask(told?: { tally: FeedTally; mark: Mark | undefined }): Promise<Answer> {
    const sentAtMs = performance.now();
    const { whenBehind, holdAfterMs } = this.#settings;
    const inSync = this.#inSyncAt(told?.mark);
    const inSyncUntilMs = whenBehind === 'go-on' ? 'never' : inSync === undefined ? undefined : inSync + holdAfterMs;
    const answer = await this.#feeds.report(this.#name, {
      token: this.#token,
      leaseMs: LEASE_MS,
      // Absolute, so that what a frozen process sends when it wakes is past.
      ...(inSyncUntilMs !== undefined && { inSyncUntilMs }),
      ...(told && { record: this.#record(told.tally, told.mark, inSync) }),
    });
    if (answer.lease === 'held') this.#validUntilMs = Number.NEGATIVE_INFINITY;
    else this.#validUntilMs = sentAtMs + LEASE_MS;
    this.#compareClocks(answer.nowMs, sentAtMs);
    return answer;
  }

  /** As of when the feed is in sync, by Redis' clock; undefined where that is not known. */
  #inSyncAt(mark: Mark | undefined): number | undefined {
    const at = mark?.inSyncAtMs;
    if (at === undefined || at <= this.#voidUntilMs || this.#toRedisMs === undefined) return undefined;
    return at + this.#toRedisMs.least;
  }

  /**
   * Puts the clock of Redis beside that of this process, which stands still while the machine is suspended: where Redis went on meanwhile, what
   * was sent before would seem to be of just now.
   */
  #compareClocks(redisMs: number, sentAtMs: number): void {
    const nowMs = performance.now();
    const before = this.#toRedisMs;
    this.#toRedisMs = { least: redisMs - nowMs, most: redisMs - sentAtMs };
    if (before && this.#toRedisMs.least > before.most + JUMP_MS) this.#voidUntilMs = nowMs;
  }

  #record(tally: FeedTally, mark: Mark | undefined, inSyncMs: number | undefined): FeedRecord {
    const { whenBehind, holdAfterMs } = this.#settings;
    return {
      ...tally.counts,
      state: tally.state,
      since: new Date(tally.sinceMs).toISOString(),
      detail: tally.detail,
      ...(tally.isRefused && { refused: true }),
      whenBehind,
      holdAfterMs,
      ...(tally.lastEventAt !== undefined && { lastEventAt: tally.lastEventAt }),
      ...(mark && { cursor: mark.cursor }),
      ...(inSyncMs !== undefined && { inSyncAt: new Date(Math.floor(inSyncMs)).toISOString() }),
    };
  }
}
