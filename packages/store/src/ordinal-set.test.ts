import { expect, it } from 'vitest';
import { OrdinalSet } from './ordinal-set.ts';

it('tells which rows it had before, near and far', () => {
  const seen = new OrdinalSet();
  const rows = [0, 7, 8, 8191, 8192, 9_999_999, 1];
  expect(rows.map((row) => seen.add(row))).toEqual(rows.map(() => true));
  expect(rows.map((row) => seen.add(row))).toEqual(rows.map(() => false));
  expect([2, 6, 9, 8193, 10_000_000].map((row) => seen.add(row))).toEqual([true, true, true, true, true]);
});
