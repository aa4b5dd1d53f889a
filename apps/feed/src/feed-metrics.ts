import type { FeedCounts, FeedState } from '@reprice/store';
import { Meter, type Registry } from '@reprice/telemetry/metrics';
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
  const meter = new Meter();
  const runHere = (): Feed[] => feeds.filter((feed) => feed.isRun);
  for (const [count, [name, help]] of Object.entries(COUNTERS)) {
    meter.counter(name, ['feed'], help, (counter) => {
      counter.reset();
      for (const feed of runHere()) counter.inc({ feed: feed.name }, feed.tally.counts[count as keyof FeedCounts]);
    });
  }
  meter.gauge(
    'reprice_feed_state',
    ['feed', 'state'],
    'How a feed stands: 1 for starting, live, behind or down.',
    (gauge) => {
      gauge.reset();
      for (const feed of runHere())
        for (const state of STATES) gauge.set({ feed: feed.name, state }, Number(feed.tally.state === state));
    },
  );
  meter.gauge(
    'reprice_feed_waiting',
    ['feed', 'for'],
    'Observations that wait for the store, and events that wait for an earlier one.',
    (gauge) => {
      gauge.reset();
      for (const feed of runHere()) {
        gauge.set({ feed: feed.name, for: 'store' }, feed.waiting.store);
        gauge.set({ feed: feed.name, for: 'order' }, feed.waiting.order);
      }
    },
  );
  return meter.registry;
}
