import type { FeedCounts, FeedRecord, FeedState } from '@reprice/store';

/** What a feed has done and how it stands; written by its parts, read by whoever tells. */
export class FeedTally {
  readonly counts: { -readonly [name in keyof FeedCounts]: FeedCounts[name] };
  state: FeedState = 'starting';
  sinceMs: number;
  detail = 'it has not been in sync yet';
  /** The market refuses the key: this does not mend itself. */
  isRefused = false;
  lastEventAt: string | undefined;
  readonly #nowMs: () => number;

  /** @param before what was stored of the feed */
  constructor(nowMs: () => number, before?: FeedRecord) {
    this.#nowMs = nowMs;
    this.sinceMs = nowMs();
    const { events = 0, gaps = 0, duplicates = 0, quarantined = 0, dropped = 0, coalesced = 0 } = before ?? {};
    const { reconnects = 0, snapshots = 0 } = before ?? {};
    if (before?.inSyncAt !== undefined) this.stand('behind', 'it was taken over: reading what was missed');
    this.counts = { events, gaps, duplicates, quarantined, dropped, coalesced, reconnects, snapshots };
  }

  /** From now on it stands so. */
  stand(state: FeedState, detail = '', isRefused = false): void {
    if (state !== this.state) this.sinceMs = this.#nowMs();
    this.state = state;
    this.detail = detail;
    this.isRefused = isRefused;
  }
}
