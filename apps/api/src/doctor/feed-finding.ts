import type { FeedView } from '@reprice/store';
import { type Finding, failed, ok, warning } from './finding.ts';

/** A feed catches up within seconds; one that is behind for longer has a reason that somebody should know, ms. */
const catchingUpMs = 30_000;

/** Whether the feeds of the market are in sync. `configured`: those that the API's configuration names. */
export function feedFinding(feeds: readonly FeedView[], configured: readonly string[], nowMs: number): Finding {
  const id = 'feeds';
  const unknown = configured.filter((name) => !feeds.some((feed) => feed.name === name));
  if (unknown.length > 0)
    return failed(
      id,
      `No process has ever run the feed ${unknown.join(', ')}.`,
      'Start one with the same config file: npm run feed',
    );
  if (feeds.length === 0) return ok(id, 'No feed of a market is configured.');
  const said = feeds.map(({ name, state, detail }) => `${name} is ${state}${detail ? ` (${detail})` : ''}`).join('; ');
  const detail = `Feeds: ${said}.`;
  const holding = feeds.filter((feed) => feed.holds && nowMs - Date.parse(feed.since) > catchingUpMs);
  const waits = 'Repricing from observations waits for it; batches go on.';
  const refused = feeds.filter((feed) => feed.refused).map(({ name }) => name);
  if (refused.length > 0)
    return failed(
      id,
      feeds.some((feed) => feed.refused && feed.holds) ? `${detail} ${waits}` : detail,
      `The market refuses the key of ${refused.join(', ')}: put a valid one into feeds.${refused[0]}.token of the config file (it may come from an environment variable there), and start npm run feed again.`,
    );
  const stray = holding.find(({ name, isRun }) => !isRun && !configured.includes(name));
  if (stray)
    return failed(
      id,
      `${detail} ${waits}`,
      `The configuration does not name ${stray.name} any more: reprice feeds forget ${stray.name}`,
    );
  const slow = holding.find(({ state }) => state === 'live');
  if (slow)
    return failed(
      id,
      `${detail} ${waits}`,
      `Nothing new is heard of ${slow.name} within holdAfterMs (${slow.holdAfterMs}): raise it above the heartbeat of that market.`,
    );
  if (holding.length > 0)
    return failed(
      id,
      `${detail} ${waits}`,
      'Is its process alive (npm run feed), and the market reachable? Or set whenBehind: go-on, or reprice feeds forget NAME.',
    );
  if (feeds.every(({ state }) => state === 'live')) return ok(id, detail);
  return warning(id, detail, 'It catches up by itself; reprice feeds shows how far it is.');
}
