import { expect, test } from 'vitest';
import type { Snapshot } from './snapshot.ts';
import { isAbsurd, suggestedAmount, suggestionFrom } from './suggestion.ts';

test.each([
  ['12.9', 'USD', 1290, true],
  ['12.900000', 'USD', 1290, true],
  ['12.904', 'USD', 1290, false],
  ['12.905', 'USD', 1291, false],
  ['0.004', 'USD', 0, false],
  ['1290.4', 'JPY', 1290, false],
  ['1290.5', 'JPY', 1291, false],
  ['1290.0', 'JPY', 1290, true],
  ['12.9055', 'KWD', 12_906, false],
  ['999999999999999', 'USD', 10_000_000_000_000, true],
])('%s %s is %i minor units', (text, currency, minor, exact) => {
  expect(suggestedAmount(text, currency)).toEqual({ minor, exact });
});

const hostile = [
  '',
  ' ',
  'NaN',
  'Infinity',
  '-1',
  '+1',
  '1e5',
  '1,99',
  '0x10',
  '.5',
  '5.',
  '1.1234567',
  '9'.repeat(16),
  '１９',
];

test.each(hostile)('%j is no amount', (text) => {
  expect(suggestedAmount(text, 'USD')).toBeUndefined();
});

const snapshot: Snapshot = {
  sku: 'A1',
  currency: 'USD',
  priceMinor: 1000,
  referenceMinor: 1000,
  competitorsMinor: [],
  observedAtMs: 0,
};

test.each<[string, boolean]>([
  ['10', false],
  ['999', false],
  ['1000', true],
  ['1000000', true],
  ['0.11', false],
  ['0.10', true],
  ['0', true],
  ['0.001', true],
  ...hostile.map((text): [string, boolean] => [text, true]),
])('for a price of 10.00, %j is absurd: %s', (price, absurd) => {
  expect(isAbsurd(suggestionFrom({ price, reason: 'other' }), snapshot)).toBe(absurd);
});

test('nothing within bounds that the merchant gave is absurd', () => {
  const wide = { ...snapshot, priceMinor: 1, ceilingMinor: 5000, floorMinor: 4000 };
  expect(isAbsurd(suggestionFrom({ price: '45', reason: 'other' }), wide)).toBe(false);
  expect(isAbsurd(suggestionFrom({ price: '6000', reason: 'other' }), wide)).toBe(true);
});

test('keeps what the reply said', () => {
  expect(suggestionFrom({ price: '12.90', confidence: 0.8, reason: 'scarce' })).toEqual({
    priceText: '12.90',
    confidence: 0.8,
    reason: 'scarce',
  });
  expect(suggestionFrom({ price: '12.90', reason: 'scarce' })).not.toHaveProperty('confidence');
});
