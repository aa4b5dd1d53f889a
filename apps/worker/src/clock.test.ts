import { expect, it } from 'vitest';
import { clockOffsetMs } from './clock.ts';

/** Answers of a Redis that is so far ahead and answers at once, where each comes back so late. */
function answers(aheadMs: number, heldUpMs: readonly number[]) {
  return heldUpMs.map((tookMs, i) => ({ askedAtMs: i * 10_000, tookMs, redisMs: i * 10_000 + aheadMs }));
}

it('is right though a busy machine holds up four answers of five', () => {
  expect(clockOffsetMs(answers(0, [3000, 2000, 0, 9000, 4000]))).toBe(0);
  expect(clockOffsetMs(answers(7000, [3000, 2000, 9000, 4000, 2]))).toBe(6999);
});
