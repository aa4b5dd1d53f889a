import { type AttemptCounts, AttemptTally } from '@reprice/store';
import { expect, it } from 'vitest';
import { verdict } from './verdict.ts';

const usual = { errorPercent: 1, p99Ms: 200, minutes: 5, minDeliveries: 100 } as const;
const none = new AttemptTally();

function tally(attempts: number, errors: number, tookMs: (i: number) => number = () => 50): AttemptTally {
  const counts = new AttemptTally();
  for (let i = 0; i < attempts; i++) counts.add(tookMs(i), i < errors);
  return counts;
}

const fast = tally(40, 0);
const slow = tally(40, 0, (i) => (i === 0 ? 900 : 50));
const tooSlow = expect.stringMatching(
  /^for the last 5 minutes one attempt in a hundred took \d+ ms or longer; 200 ms may be$/,
);

it.each<[string, AttemptCounts[], typeof usual | object, unknown]>([
  ['too few to judge', [tally(99, 99)], {}, undefined],
  ['one in a hundred fails', [tally(200, 2)], {}, undefined],
  ['more than one in a hundred', [tally(200, 3)], {}, '1.5 % of 200 attempts of the last 5 minutes failed; 1 % may'],
  [
    'in several minutes',
    [tally(50, 0), none, tally(50, 2)],
    {},
    '2 % of 100 attempts of the last 5 minutes failed; 1 % may',
  ],
  ['six minutes ago', [tally(100, 0), none, none, none, none, tally(100, 100)], {}, undefined],
  [
    'any failure, where none may',
    [tally(100, 1)],
    { errorPercent: 0 },
    '1 % of 100 attempts of the last 5 minutes failed; 0 % may',
  ],
  ['all fail, where errors do not count', [tally(100, 100)], { errorPercent: false }, undefined],
  ['slow for five minutes', [slow, slow, slow, slow, slow, slow], {}, tooSlow],
  ['slow for five minutes, with pauses', [none, slow, none, slow, slow, slow], {}, tooSlow],
  ['slow, but for fewer attempts than are judged', [none, none, none, none, slow, slow], {}, undefined],
  ['slow for less than five minutes', [slow, slow, slow, slow, slow, none], {}, undefined],
  ['slow for one minute', [fast, fast, slow, fast, fast, fast], {}, undefined],
  ['slow till now', [fast, slow, slow, slow, slow, slow], {}, undefined],
  ['slow, where that does not count', [slow, slow, slow, slow, slow, slow], { p99Ms: false }, undefined],
])('%s', (_what, byMinute, more, expected) => expect(verdict(byMinute, { ...usual, ...more })).toEqual(expected));
