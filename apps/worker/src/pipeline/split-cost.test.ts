import { parseUsd } from '@reprice/pricing';
import { expect, it } from 'vitest';
import { splitCost } from './split-cost.ts';

it.each([
  [0, 3],
  [1, 3],
  [7532, 25],
  [99_999_999_999, 7],
])('splits %i nano-dollars over %i rows, to the nano-dollar', (costNanoUsd, rows) => {
  const shares = splitCost(costNanoUsd, rows).map((usd) => parseUsd(usd) ?? Number.NaN);
  expect(shares).toHaveLength(rows);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(costNanoUsd);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});
