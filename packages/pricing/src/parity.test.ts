import { describe, expect, it } from 'vitest';
import { differenceStep, parityOf } from './parity.ts';

describe('differenceStep', () => {
  it.each([
    [1000, 1000, 0],
    [10_000, 10_300, 300],
    [10_000, 9700, -300],
    [10_000, 10_301, 301],
    [3000, 3001, 4],
    [1, 10, 90_000],
    [1, 100_000, 100_000],
    [0, 5, 100_000],
    [9_999_999_999_999, 10_000_000_000_000, 1],
    [9_999_999_999_999, 9_999_999_999_998, -1],
  ])('of %i and %i is %i', (stable, shadow, step) => {
    expect(differenceStep(stable, shadow)).toBe(step);
  });

  it('counts a price as within x % exactly if it is, to the minor unit', () => {
    const wrong: string[] = [];
    for (let stable = 1; stable < 400; stable += 3)
      for (let shadow = 0; shadow < 800; shadow += 7)
        for (const hundredths of [0, 100, 250, 3333]) {
          const isWithin = BigInt(Math.abs(shadow - stable)) * 10_000n <= BigInt(stable) * BigInt(hundredths);
          const counts = Math.abs(differenceStep(stable, shadow)) <= hundredths;
          if (counts !== isWithin) wrong.push(`${stable} ${shadow} ${hundredths}`);
        }
    expect(wrong).toEqual([]);
  });
});

describe('parityOf', () => {
  it('tells the share within, the median and how the differences lie', () => {
    const steps = new Map([
      [-1500, 1],
      [-200, 2],
      [0, 4],
      [100, 1],
      [101, 1],
      [300, 6],
    ]);
    const { compared, withinShare, medianPercent, histogram } = parityOf(steps, 2);
    expect({ compared, withinShare, medianPercent }).toEqual({
      compared: 15,
      withinShare: (8 / 15) * 100,
      medianPercent: 1,
    });
    const filled = histogram.filter(({ count }) => count > 0);
    expect(filled.map(({ fromPercent, toPercent, count }) => [fromPercent, toPercent, count])).toEqual([
      [null, -10, 1],
      [-2, -1, 2],
      [0, 0, 4],
      [0, 1, 1],
      [1, 2, 1],
      [2, 5, 6],
    ]);
    expect(histogram).toHaveLength(11);
  });

  it('of nothing tells no share', () => {
    expect(parityOf(new Map(), 2)).toMatchObject({ compared: 0, withinShare: undefined, medianPercent: undefined });
  });
});
