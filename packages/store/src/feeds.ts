import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { redisNowMs } from './redis-clock.ts';
import { repliesTo } from './replies.ts';
import { Script } from './script.ts';

/** How a feed stands: `starting` until it was in sync once; `down` = no connection, or no process runs it. */
export type FeedState = 'starting' | 'live' | 'behind' | 'down';

/** A place in the events of a market. */
export interface FeedCursor {
  /** As the market wrote it. */
  readonly at: string;
  readonly id: string;
  readonly seq: number;
}

/** What a feed did since it was first run; all counts only grow. */
export interface FeedCounts {
  readonly events: number;
  /** Holes in the stream that had to be filled from the market's pages of events. */
  readonly gaps: number;
  readonly duplicates: number;
  /** Events and frames that could not be used. */
  readonly quarantined: number;
  /** Events that had no room while the store was slow, and were read again later. */
  readonly dropped: number;
  /** Events that a newer one of the same SKU replaced or joined before they were stored. */
  readonly coalesced: number;
  readonly reconnects: number;
  /** How often all SKUs were read anew. */
  readonly snapshots: number;
}

/** What the process that runs a feed tells of it. Times are ISO. */
export interface FeedRecord extends FeedCounts {
  readonly state: FeedState;
  /** Since when it stands so. */
  readonly since: string;
  /** Why, for a person; '' when it is live. */
  readonly detail: string;
  /** The market refuses the key: somebody has to put another one into the config file. */
  readonly refused?: true;
  /** `hold`: what observations moved waits while the feed is behind. */
  readonly whenBehind: 'hold' | 'go-on';
  readonly holdAfterMs: number;
  readonly lastEventAt?: string;
  /** Up to which all events are stored. */
  readonly cursor?: FeedCursor;
  /** All that the market had sent by then is stored. */
  readonly inSyncAt?: string;
}

/** A feed as others see it. */
export interface FeedView extends FeedRecord {
  readonly name: string;
  /** Whether it keeps back what observations moved, now. */
  readonly holds: boolean;
  /** Whether a process runs it. */
  readonly isRun: boolean;
  /** How old what it brought is, ms; absent = it was never in sync. */
  readonly ageMs?: number;
}

/** What Redis answers to a report. */
export interface FeedLease {
  /** `kept`: the process runs the feed; `taken`: from now on; `held`: another process does, and nothing was stored. */
  readonly lease: 'kept' | 'taken' | 'held';
  /** ms since 1970 of Redis' clock. */
  readonly nowMs: number;
  /** What was stored of the feed before. */
  readonly before?: FeedRecord;
}

/** A report: by whom, and what. */
export interface FeedReport {
  readonly token: string;
  readonly leaseMs: number;
  /** Until when what the feed brought counts as in sync, ms of Redis' clock; `never`: it keeps nothing back; absent: as before, at first not at all. */
  readonly inSyncUntilMs?: number | 'never';
  readonly record?: FeedRecord;
}

/** The feeds of the market: who runs each, how far it is, and whether what observations moved has to wait for it. */
export class Feeds {
  readonly #report: Script;
  readonly #leave = new Script('leave-feed');
  readonly #redis: Redis;
  readonly #keys: Keys;

  /** @param clockKey a key that holds the time, see Script */
  constructor(redis: Redis, keys: Keys, clockKey?: string) {
    this.#report = new Script('report-feed', clockKey);
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Takes or keeps the lease of a feed, and stores what is told of it while the lease is held. */
  async report(name: string, { token, leaseMs, inSyncUntilMs, record }: FeedReport): Promise<FeedLease> {
    const k = this.#keys;
    const inSync = typeof inSyncUntilMs === 'number' ? Math.floor(inSyncUntilMs) : (inSyncUntilMs ?? '');
    const args = [name, token, leaseMs, inSync, record === undefined ? '' : JSON.stringify(record)];
    const reply = await this.#report.run(this.#redis, [k.feeds(), k.feedsInSync(), k.feedLease(name)], args);
    const [nowMs, lease, before] = reply as [string, FeedLease['lease'], string];
    return { lease, nowMs: Number(nowMs), ...(before !== '' && { before: JSON.parse(before) as FeedRecord }) };
  }

  /** Gives the lease up. */
  async leave(name: string, token: string): Promise<void> {
    await this.#leave.run(this.#redis, [this.#keys.feedLease(name)], [token]);
  }

  /** All feeds that were ever run and not forgotten, by name. */
  async list(): Promise<FeedView[]> {
    const k = this.#keys;
    const [records, inSync, redisMs] = await Promise.all([
      this.#redis.hgetall(k.feeds()),
      this.#redis.hgetall(k.feedsInSync()),
      redisNowMs(this.#redis),
    ]);
    const names = [...new Set([...Object.keys(records), ...Object.keys(inSync)])].sort();
    if (names.length === 0) return [];
    const leases = await this.#redis.mget(names.map(k.feedLease));
    const nowMs = Math.floor(redisMs);
    return names.map((name, i): FeedView => {
      const text = records[name];
      const record = text === undefined ? unheard : (JSON.parse(text) as FeedRecord);
      const until = inSync[name];
      const isRun = leases[i] !== null;
      const inSyncAtMs = Date.parse(record.inSyncAt ?? '');
      const { refused, ...told } = record;
      return {
        ...told,
        ...(refused && isRun && { refused }),
        name,
        isRun,
        ...(!isRun && { state: 'down' as const, detail: 'no process runs it: npm run feed' }),
        holds: until !== undefined && Number(until) < nowMs,
        ...(!Number.isNaN(inSyncAtMs) && { ageMs: Math.max(0, nowMs - inSyncAtMs) }),
      };
    });
  }

  /** Forgets a feed and its place, so that it keeps nothing back; false = it was not known. One that is still run comes back at once. */
  async forget(name: string): Promise<boolean> {
    const k = this.#keys;
    const steps = this.#redis.multi().hdel(k.feeds(), name).hdel(k.feedsInSync(), name);
    return (await repliesTo(steps)).includes(1);
  }
}

/** A process has just begun with it. */
const unheard: FeedRecord = {
  state: 'starting',
  since: new Date(0).toISOString(),
  detail: 'it has told nothing yet',
  whenBehind: 'hold',
  holdAfterMs: 0,
  events: 0,
  gaps: 0,
  duplicates: 0,
  quarantined: 0,
  dropped: 0,
  coalesced: 0,
  reconnects: 0,
  snapshots: 0,
};
