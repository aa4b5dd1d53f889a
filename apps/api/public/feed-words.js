/** @import { Feed, FeedStanding } from './shapes.d.ts' */
import { compact, counted, duration } from './format.js';

/** @type {Readonly<Record<string, string>>} */
const states = {
  starting: 'starting, not in sync yet',
  live: 'in sync',
  behind: 'behind, catching up',
  down: 'down',
};

/** How a feed stands. @param {FeedStanding} feed */
export function feedWords({ state, holds, refused }) {
  if (refused) return 'its key is refused';
  // Its process has told nothing since, and is not given up yet.
  if (state === 'live' && holds) return 'silent';
  return states[state] ?? state;
}

/** The colour of how it stands. @param {FeedStanding} feed */
export function feedDot({ state, holds }) {
  if (holds || state === 'down') return 'critical';
  return state === 'live' ? 'good' : 'high';
}

/** How old what is known by it is. @param {number | null} seconds */
export function feedAgeWords(seconds) {
  if (seconds === null) return 'Nothing of it is known for sure yet.';
  if (seconds < 1) return 'All that it sent up to this second is stored.';
  return `All that it sent until ${duration(seconds)} ago is stored.`;
}

/** What it had to mend. @param {Feed} feed */
export function feedCountWords({ gaps, duplicates, quarantined, reconnects }) {
  return [
    counted(gaps, 'gap'),
    counted(duplicates, 'duplicate'),
    `${compact(quarantined)} quarantined`,
    counted(reconnects, 'reconnect'),
  ].join(' · ');
}

/** What it means that feeds keep something back, and what to do; '' = none does. @param {readonly FeedStanding[]} feeds */
export function holdAdvice(feeds) {
  const holding = feeds.filter(({ holds }) => holds);
  if (holding.length === 0) return '';
  const names = holding.map(({ name }) => name).join(', ');
  const refused = holding.filter((feed) => feed.refused).map(({ name }) => name);
  const down = holding.filter(({ state }) => state === 'down').map(({ name }) => name);
  return `${names} may be out of date, so no price is made from any observation, whoever sent it. Batches go on, and nothing is lost. ${whatToDo(refused, down)}`;
}

/** @param {readonly string[]} refused @param {readonly string[]} down */
function whatToDo(refused, down) {
  if (refused.length > 0)
    return `The market refuses the key of ${refused.join(', ')}: put a valid one into feeds.${refused[0]}.token of the config file, and start npm run feed again.`;
  if (down.length === 0) return 'It goes on by itself.';
  return `Is the process of ${down.join(', ')} alive (npm run feed), and the market reachable? One that the config file does not name any more is let go of by reprice feeds forget ${down[0]}.`;
}
