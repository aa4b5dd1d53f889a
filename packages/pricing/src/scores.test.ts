import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overstock, type Supply, scarcity } from './scores.ts';

const scores = { scarcity, overstock };

const hostileNumber = fc.oneof(
  fc.constantFrom(undefined, 0, -0, -1, 1e308, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324),
  fc.double(),
);
const anything = fc.record({
  stock: hostileNumber,
  capacity: hostileNumber,
  restockDays: hostileNumber,
  demand: hostileNumber,
}) as fc.Arbitrary<Supply>;

describe.each(Object.entries(scores))('%s', (_, score) => {
  test('is finite and from 0 to 1, whatever comes in', () => {
    fc.assert(
      fc.property(anything, (supply) => {
        const value = score(supply);
        return Number.isFinite(value) && value >= 0 && value <= 1;
      }),
      { numRuns: 5_000 },
    );
  });

  test('is 0 where nothing is known', () => {
    expect(score({})).toBe(0);
  });
});

const supplies = fc.record({
  stock: fc.integer({ min: 0, max: 200 }),
  capacity: fc.constantFrom(0, 10, 100),
  restockDays: fc.integer({ min: 0, max: 30 }),
  demand: fc.double({ min: 0, max: 5, noNaN: true }),
});
const epsilon = 1e-12;

test('more stock never makes scarcer, nor does it relieve overstock', () => {
  fc.assert(
    fc.property(supplies, fc.integer({ min: 0, max: 100 }), (supply, more) => {
      const fuller = { ...supply, stock: supply.stock + more };
      expect(scarcity(fuller)).toBeLessThanOrEqual(scarcity(supply) + epsilon);
      // The step from sold out to in stock is where slow demand begins to count.
      expect(overstock(fuller)).toBeGreaterThanOrEqual(overstock(supply) - epsilon);
    }),
    { numRuns: 3_000 },
  );
});

test('more demand never relieves scarcity, nor does it add to overstock', () => {
  fc.assert(
    fc.property(supplies, fc.double({ min: 0, max: 3, noNaN: true }), (supply, more) => {
      const hotter = { ...supply, demand: supply.demand + more };
      expect(scarcity(hotter)).toBeGreaterThanOrEqual(scarcity(supply) - epsilon);
      expect(overstock(hotter)).toBeLessThanOrEqual(overstock(supply) + epsilon);
    }),
    { numRuns: 3_000 },
  );
});

test('a later delivery makes scarcer, a sooner one does not', () => {
  const soon = scarcity({ stock: 5, capacity: 100, restockDays: 1 });
  const late = scarcity({ stock: 5, capacity: 100, restockDays: 21 });
  expect(late).toBeGreaterThan(soon);
});

test('sold out, delivery far, demand high: as scarce as can be', () => {
  expect(scarcity({ stock: 0, capacity: 100, restockDays: 30, demand: 4 })).toBe(1);
  expect(overstock({ stock: 0, capacity: 100, restockDays: 30, demand: 4 })).toBe(0);
});

test('a full shelf with strong demand is no case for a discount', () => {
  const supply = { stock: 100, capacity: 100, demand: 5 };
  expect(overstock(supply)).toBeLessThan(0.3);
  expect(scarcity(supply)).toBeLessThan(0.3);
});

test('a full shelf with weak demand is', () => {
  expect(overstock({ stock: 100, capacity: 100, demand: 0.3 })).toBeGreaterThan(0.75);
});

test('capacity 0 counts as unknown', () => {
  expect(overstock({ stock: 50, capacity: 0 })).toBe(0);
  expect(scarcity({ stock: 50, capacity: 0 })).toBe(0);
});
