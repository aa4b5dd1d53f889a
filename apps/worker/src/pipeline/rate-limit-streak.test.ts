import { expect, it } from 'vitest';
import { RateLimitStreak } from './rate-limit-streak.ts';

it('rests as long as the gateway says', () => {
  expect(new RateLimitStreak().restMs(1234)).toBe(1234);
});

it('rests longer with each rest in a row, where the gateway says nothing, and anew after a call that went', () => {
  let nowMs = 0;
  const streak = new RateLimitStreak(() => nowMs);
  const longest = (rests: number) => {
    let most = 0;
    for (let i = 0; i < rests; i++) {
      most = streak.restMs(undefined);
      nowMs += most;
    }
    return most;
  };
  longest(20);
  // Full jitter: some of many rests at the cap of 30 s are long.
  expect(Math.max(...Array.from({ length: 50 }, () => longest(1)))).toBeGreaterThan(15_000);
  streak.end();
  expect(streak.restMs(undefined)).toBeLessThanOrEqual(1000);
});

it('counts the 429s of calls that were under way together as one', () => {
  const streak = new RateLimitStreak(() => 0);
  for (let i = 0; i < 50; i++) expect(streak.restMs(undefined)).toBeLessThanOrEqual(1000);
});
