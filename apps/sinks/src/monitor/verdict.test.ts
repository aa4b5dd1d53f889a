import { AttemptTally } from '@reprice/store';
import { expect, it } from 'vitest';
import { verdict } from './verdict.ts';

const usual = { errorPercent: 1, p99Ms: 200, minutes: 5, minDeliveries: 100 } as const;

function tally(attempts: number, errors: number, tookMs: (i: number) => number = () => 50): AttemptTally {
  const counts = new AttemptTally();
  for (let i = 0; i < attempts; i++) counts.add(tookMs(i), i < errors);
  return counts;
}

it.each([
  ['too few to judge', tally(99, 99), usual, undefined],
  ['one in a hundred', tally(200, 2), usual, undefined],
  ['more than one in a hundred', tally(200, 3), usual, '1.5 % of 200 attempts within 5 minutes failed; 1 % may'],
  [
    'any failure, where none may',
    tally(100, 1),
    { ...usual, errorPercent: 0 },
    '1 % of 100 attempts within 5 minutes failed; 0 % may',
  ],
  ['all fail, where errors do not count', tally(100, 100), { ...usual, errorPercent: false as const }, undefined],
  [
    'slow',
    tally(200, 0, () => 400),
    usual,
    expect.stringMatching(/^one in a hundred of 200 attempts within 5 minutes took \d+ ms or longer; 200 ms may be$/),
  ],
  [
    'slow in two of a hundred',
    tally(200, 0, (i) => (i < 4 ? 900 : 50)),
    usual,
    expect.stringContaining('200 ms may be'),
  ],
  ['slow in one of two hundred', tally(200, 0, (i) => (i < 1 ? 900 : 50)), usual, undefined],
  ['slow, where that does not count', tally(200, 0, () => 900), { ...usual, p99Ms: false as const }, undefined],
])('%s', (_what, counts, triggers, expected) => expect(verdict(counts, triggers)).toEqual(expected));
