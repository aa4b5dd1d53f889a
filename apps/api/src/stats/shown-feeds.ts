import type { FeedView } from '@reprice/store';
import type { Overview } from '../schemas/stats.ts';

/** How old what a feed brought is, to a tenth of a second; null = it was never in sync. */
export function ageSecondsOf({ ageMs }: FeedView): number | null {
  return ageMs === undefined ? null : Math.round(ageMs / 100) / 10;
}

/** The feeds as the statistics show them. */
export function shownFeeds(feeds: readonly FeedView[]): Overview['feeds'] {
  return feeds.map((feed) => ({
    name: feed.name,
    state: feed.state,
    ...(feed.refused && { refused: feed.refused }),
    holds: feed.holds,
    ageSeconds: ageSecondsOf(feed),
  }));
}
