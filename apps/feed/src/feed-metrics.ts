import type { FeedCounts, FeedState } from '@reprice/store';
import { Counter, createRegistry, Gauge, type Registry } from '@reprice/telemetry/metrics';
import type { Feed } from './feed.ts';

const STATES: readonly FeedState[] = ['starting', 'live', 'behind', 'down'];
const COUNTERS: Readonly<Record<keyof FeedCounts, readonly [name: string, help: string]>> = {
  events: ['reprice_feed_events_total', 'Events that the stream brought, those that came again included.'],
  gaps: ['reprice_feed_gaps_total', "Holes in the stream that were filled from the market's pages."],
  duplicates: ['reprice_feed_duplicates_total', 'Events that came again.'],
  quarantined: ['reprice_feed_quarantined_total', 'Events and frames that could not be used.'],
  dropped: ['reprice_feed_dropped_total', 'Events that had no room, and were read again later.'],
  coalesced: [
    'reprice_feed_coalesced_total',
    'Observations that a newer one of their SKU joined before they were stored.',
  ],
  reconnects: ['reprice_feed_reconnects_total', 'Connections to the market that ended.'],
  snapshots: ['reprice_feed_snapshots_total', 'How often all SKUs of the market were read anew.'],
};

/** What a feed process shows to Prometheus: of the feeds that it runs, not of those that it stands by for. */
export function feedMetrics(feeds: readonly Feed[]): Registry {
  const registry = createRegistry();
  const registers = [registry];
  const labelNames = ['feed'] as const;
  for (const [count, [name, help]] of Object.entries(COUNTERS)) {
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const feed of feeds)
          if (feed.isRun) this.inc({ feed: feed.name }, feed.tally.counts[count as keyof FeedCounts]);
      },
    });
  }
  new Gauge({
    name: 'reprice_feed_state',
    help: 'How a feed stands: 1 for starting, live, behind or down.',
    labelNames: ['feed', 'state'],
    registers,
    collect() {
      this.reset();
      for (const feed of feeds)
        if (feed.isRun)
          for (const state of STATES) this.set({ feed: feed.name, state }, Number(feed.tally.state === state));
    },
  });
  new Gauge({
    name: 'reprice_feed_waiting',
    help: 'Observations that wait for the store, and events that wait for an earlier one.',
    labelNames: ['feed', 'for'],
    registers,
    collect() {
      this.reset();
      for (const feed of feeds) {
        if (!feed.isRun) continue;
        this.set({ feed: feed.name, for: 'store' }, feed.waiting.store);
        this.set({ feed: feed.name, for: 'order' }, feed.waiting.order);
      }
    },
  });
  return registry;
}
