import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsFor } from './bounds.ts';
import { applyGuardrails, SafePrice } from './guardrails.ts';
import { marketMinor } from './market.ts';
import { rulesSuggestion } from './rules.ts';
import type { Snapshot } from './snapshot.ts';
import { builtInStrategies, type Strategy } from './strategy.ts';
import { isAbsurd } from './suggestion.ts';

function suggested(part: Partial<Snapshot>, name: string): string {
  const strategy = builtInStrategies[name] as Strategy;
  const snapshot: Snapshot = {
    sku: 'A1',
    currency: 'USD',
    priceMinor: 10_000,
    referenceMinor: 10_000,
    competitorsMinor: [],
    observedAtMs: 0,
    ...part,
  };
  const bounds = boundsFor(snapshot, strategy.guardrails);
  if ('conflict' in bounds) return bounds.detail;
  const { priceText, reason } = rulesSuggestion(snapshot, bounds, strategy);
  return `${priceText} ${reason}`;
}

const scarce = { stock: 0, capacity: 100, restockDays: 30, demand: 3 };
const full = { stock: 100, capacity: 100, demand: 0.2 };

test.each([
  ['balanced', {}, '100.00 hold'],
  ['balanced', scarce, '112.00 scarce'],
  ['balanced', full, '89.92 overstock'],
  ['balanced', { competitorsMinor: [9000, 9500, 30_000] }, '98.00 competitor'],
  ['balanced', { costMinor: 9800 }, '103.16 margin'],
  ['clearance', {}, '100.00 hold'],
  ['clearance', full, '81.52 overstock'],
  ['premium', { competitorsMinor: [10_000] }, '104.00 competitor'],
  ['premium', full, '95.80 overstock'],
  ['match', { competitorsMinor: [9400] }, '94.00 competitor'],
  ['match', { competitorsMinor: [2000] }, '80.00 competitor'],
  ['match', scarce, '100.00 hold'],
  ['balanced', { currency: 'JPY', ...scarce }, '11200 scarce'],
  ['balanced', { currency: 'KWD', ...scarce }, '11.200 scarce'],
])('%s with %j: %s', (name, part, expected) => {
  expect(suggested(part, name)).toBe(expected);
});

test('a strategy of the user without a profile weighs as balanced does', () => {
  const { rules: _, ...own } = builtInStrategies.balanced as Strategy;
  const snapshot: Snapshot = {
    sku: 'A1',
    currency: 'USD',
    priceMinor: 10_000,
    referenceMinor: 10_000,
    competitorsMinor: [],
    observedAtMs: 0,
    ...scarce,
  };
  const bounds = boundsFor(snapshot, own.guardrails);
  if ('conflict' in bounds) throw new Error(bounds.detail);
  expect(rulesSuggestion(snapshot, bounds, own).priceText).toBe('112.00');
});

test('the median of the market', () => {
  expect([[], [5], [9, 1], [4, 1], [7, 1, 1000], [4, 1, 3, 2]].map(marketMinor)).toEqual([undefined, 5, 5, 2, 7, 2]);
});

const amount = fc.integer({ min: 1, max: 10_000_000 });
const snapshots = fc.record(
  {
    sku: fc.constant('A1'),
    currency: fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'),
    priceMinor: amount,
    referenceMinor: amount,
    competitorsMinor: fc.array(amount, { maxLength: 5 }),
    observedAtMs: fc.constant(0),
    costMinor: amount,
    stock: fc.integer({ min: 0, max: 1000 }),
    capacity: fc.integer({ min: 0, max: 1000 }),
    demand: fc.double({ min: 0, max: 10, noNaN: true }),
    floorMinor: amount,
    ceilingMinor: amount,
  },
  {
    requiredKeys: ['sku', 'currency', 'priceMinor', 'referenceMinor', 'competitorsMinor', 'observedAtMs'],
  },
) as fc.Arbitrary<Snapshot>;

test('always suggests something within bounds that the guardrails can take, and the same each time', () => {
  fc.assert(
    fc.property(snapshots, fc.constantFrom(...Object.values(builtInStrategies)), (snapshot, strategy) => {
      const bounds = boundsFor(snapshot, strategy.guardrails);
      // The widest change limit below spans a factor of ten million; a floor beyond that is a conflict, not a suggestion.
      if ('conflict' in bounds || bounds.floorMinor > snapshot.priceMinor * 1_000_000) return;
      const suggestion = rulesSuggestion(snapshot, bounds, strategy);
      expect(rulesSuggestion(snapshot, bounds, strategy)).toEqual(suggestion);
      const policy = { ...strategy.guardrails, maxChangePercent: 1_000_000_000 };
      delete policy.ending;
      const result = applyGuardrails(suggestion, snapshot, undefined, bounds, policy);
      expect(SafePrice.is(result) && result.guardrails).toEqual([]);
      if (bounds.floorMinor < snapshot.priceMinor * 100 && bounds.ceilingMinor * 100 > snapshot.priceMinor) {
        expect(isAbsurd(suggestion, snapshot) && snapshot.referenceMinor === snapshot.priceMinor).toBe(false);
      }
    }),
    { numRuns: 3_000 },
  );
});
