import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxMinor } from './money.ts';
import { basisPoints, priceForMargin, scaleDown, scaleUp } from './percentage.ts';

const amounts = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.maxSafeNat().filter((n) => n <= maxMinor),
);

test('a percent with decimals becomes whole basis points', () => {
  expect([20, 12.5, 0.07, 99.99].map(basisPoints)).toEqual([2000, 1250, 7, 9999]);
});

test('scaling rounds the way it says, exactly, for any amount', () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 0, max: 110_000 }), (amount, bp) => {
      const exact = BigInt(amount) * BigInt(bp);
      expect(BigInt(scaleDown(amount, bp))).toBe(exact / 10_000n);
      expect(BigInt(scaleUp(amount, bp))).toBe((exact + 9_999n) / 10_000n);
    }),
    { numRuns: 3_000 },
  );
});

test('the price for a margin is the least one that leaves it', () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 0, max: 9_900 }), (cost, marginBp) => {
      const price = BigInt(priceForMargin(cost, marginBp));
      const leaves = (minor: bigint) => (minor - BigInt(cost)) * 10_000n >= minor * BigInt(marginBp);
      expect(leaves(price)).toBe(true);
      if (price > 0n) expect(leaves(price - 1n)).toBe(false);
    }),
    { numRuns: 3_000 },
  );
});
