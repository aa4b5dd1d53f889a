import { describe, expect, test } from 'vitest';
import { type Bounds, boundsFor, type Conflict } from './bounds.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';

const policy: GuardrailPolicy = {
  bounds: 'derived',
  derivedFloorPercent: 20,
  derivedCeilingPercent: 25,
  minMarginPercent: 10,
  maxChangePercent: 25,
};

function boundsOf(part: Partial<Snapshot>, change: Partial<GuardrailPolicy> = {}): Bounds | Conflict {
  const snapshot: Snapshot = {
    sku: 'A1',
    currency: 'USD',
    priceMinor: 1000,
    referenceMinor: 1000,
    competitorsMinor: [],
    observedAtMs: 0,
    ...part,
  };
  return boundsFor(snapshot, { ...policy, ...change });
}

function line(bounds: Bounds | Conflict): string {
  if ('conflict' in bounds) return `${bounds.conflict}: ${bounds.detail}`;
  return `${bounds.floorMinor} ${bounds.floorBy} - ${bounds.ceilingMinor} ${bounds.ceilingBy}`;
}

describe('the floor is the highest of what is given', () => {
  test.each([
    [{ floorMinor: 700 }, '700 floor - 1250 derived_ceiling'],
    [{ floorMinor: 700, mapMinor: 800 }, '800 map - 1250 derived_ceiling'],
    [{ floorMinor: 700, mapMinor: 700 }, '700 floor - 1250 derived_ceiling'],
    [{ floorMinor: 700, costMinor: 810 }, '900 margin - 1250 derived_ceiling'],
    [{ costMinor: 811 }, '902 margin - 1250 derived_ceiling'],
    [{ mapMinor: 1100 }, '1100 map - 1250 derived_ceiling'],
  ])('%j: %s', (part, expected) => {
    expect(line(boundsOf(part))).toBe(expected);
  });
});

describe('where none is given it is derived from the reference', () => {
  test.each([
    [{}, '800 derived_floor - 1250 derived_ceiling'],
    [{ priceMinor: 5000 }, '800 derived_floor - 1250 derived_ceiling'],
    [{ referenceMinor: 999 }, '800 derived_floor - 1248 derived_ceiling'],
    [{ referenceMinor: 1 }, '1 derived_floor - 1 derived_ceiling'],
    [{ ceilingMinor: 1100 }, '800 derived_floor - 1100 ceiling'],
    [{ currency: 'JPY', referenceMinor: 101 }, '81 derived_floor - 126 derived_ceiling'],
    [{ currency: 'KWD', referenceMinor: 12_905 }, '10324 derived_floor - 16131 derived_ceiling'],
  ])('%j: %s', (part, expected) => {
    expect(line(boundsOf(part))).toBe(expected);
  });
});

describe('what is given beats what is derived', () => {
  test.each([
    [{ floorMinor: 1500 }, '1500 floor - 1500 derived_ceiling'],
    [{ costMinor: 1800 }, '2000 margin - 2000 derived_ceiling'],
    [{ ceilingMinor: 600 }, '600 derived_floor - 600 ceiling'],
    [{ floorMinor: 1500, ceilingMinor: 2000 }, '1500 floor - 2000 ceiling'],
  ])('%j: %s', (part, expected) => {
    expect(line(boundsOf(part))).toBe(expected);
  });
});

describe('a contradiction of what is given has no bounds', () => {
  test.each([
    [
      { floorMinor: 1500, ceilingMinor: 1200 },
      'guardrail_conflict: The floor, 15.00 USD, is above the ceiling, 12.00 USD.',
    ],
    [
      { mapMinor: 1500, ceilingMinor: 1200 },
      'guardrail_conflict: The minimum advertised price, 15.00 USD, is above the ceiling, 12.00 USD.',
    ],
    [
      { costMinor: 1200, ceilingMinor: 1200 },
      'guardrail_conflict: The cost with the minimum margin, 13.34 USD, is above the ceiling, 12.00 USD.',
    ],
    [
      { costMinor: 9_500_000_000_000 },
      'guardrail_conflict: The cost with the minimum margin, 105555555555.56 USD, is above the largest amount, 100000000000.00 USD.',
    ],
  ])('%j', (part, expected) => {
    expect(line(boundsOf(part))).toBe(expected);
  });
});

describe('a policy that requires bounds derives none', () => {
  test.each([
    [
      {},
      'needs_bounds: The SKU has no floor (nor MAP or cost) and no ceiling, and its strategy requires given bounds.',
    ],
    [
      { ceilingMinor: 1200 },
      'needs_bounds: The SKU has no floor (nor MAP or cost), and its strategy requires given bounds.',
    ],
    [{ costMinor: 500 }, 'needs_bounds: The SKU has no ceiling, and its strategy requires given bounds.'],
    [{ costMinor: 540, ceilingMinor: 1200 }, '600 margin - 1200 ceiling'],
    [{ floorMinor: 600, ceilingMinor: 1200 }, '600 floor - 1200 ceiling'],
  ])('%j: %s', (part, expected) => {
    expect(line(boundsOf(part, { bounds: 'required' }))).toBe(expected);
  });
});
