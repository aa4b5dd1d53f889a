import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencies, currencyDigits } from './currency.ts';
import { formatMoney, maxMinor, minorPerWhole, parseMoney } from './money.ts';

test.each([
  ['12.90', 'USD', 1290],
  ['12.9', 'USD', 1290],
  ['12', 'USD', 1200],
  [12.9, 'USD', 1290],
  [0.1, 'USD', 10],
  [0.29, 'USD', 29],
  [1.15, 'USD', 115],
  [4.35, 'EUR', 435],
  [1e5, 'USD', 10_000_000],
  ['0', 'USD', 0],
  ['007.50', 'USD', 750],
  ['1290', 'JPY', 1290],
  [1290, 'JPY', 1290],
  ['12.905', 'KWD', 12_905],
  ['1.5', 'KWD', 1500],
  ['1.2345', 'CLF', 12_345],
  ['100000000000.00', 'USD', maxMinor],
] as const)('reads %j %s as %i minor units', (value, currency, minor) => {
  expect(parseMoney(value, currency)).toEqual({ ok: true, minor });
});

const hostile = [
  '',
  ' ',
  '.5',
  '5.',
  '-1',
  '+1',
  '-0',
  -0,
  -1,
  '1,99',
  '1.234,56',
  '1,234.56',
  '1 234',
  '1_000',
  '１９',
  '٣',
  'NaN',
  Number.NaN,
  'Infinity',
  Number.POSITIVE_INFINITY,
  '1e5',
  '1E5',
  '1e400',
  Number('1e400'),
  1e-7,
  1e21,
  '0x10',
  '0b1',
  '1n',
  '$12.90',
  '12.90 USD',
  '12.90\n',
  '12..9',
  '1.2.3',
  '12.905',
  0.125,
  '9007199254740993',
  Number('9007199254740993'),
  '100000000000.01',
  '1'.repeat(40),
  '0'.repeat(40),
];

test.each(hostile)('refuses %j and says what it takes', (value) => {
  const result = parseMoney(value, 'USD');
  expect(result).toEqual({ ok: false, takes: 'a plain decimal number with at most 2 decimals, such as 12.90' });
});

test.each([['1.5'], ['1290.00'], [1290.5]])('refuses decimals in JPY: %j', (value) => {
  expect(parseMoney(value, 'JPY')).toEqual({
    ok: false,
    takes: 'a whole number such as 1290, as this currency has no decimals',
  });
});

test('refuses an unknown currency by an exception, as it was to be checked before', () => {
  expect(() => parseMoney('1', 'XXX')).toThrow(RangeError);
});

describe('any amount in any currency', () => {
  const amount = fc.record({
    minor: fc.oneof(
      fc.integer({ min: 0, max: 100_000 }),
      fc.maxSafeNat().filter((n) => n <= maxMinor),
    ),
    currency: fc.constantFrom(...currencies),
  });

  test('comes back from its text', () => {
    fc.assert(
      fc.property(amount, ({ minor, currency }) => {
        expect(parseMoney(formatMoney(minor, currency), currency)).toEqual({ ok: true, minor });
      }),
      { numRuns: 3_000 },
    );
  });

  test('comes back from the number that JSON makes of its text', () => {
    fc.assert(
      fc.property(amount, ({ minor, currency }) => {
        const fromJson: unknown = JSON.parse(formatMoney(minor, currency));
        expect(parseMoney(fromJson as number, currency)).toEqual({ ok: true, minor });
      }),
      { numRuns: 3_000 },
    );
  });
});

test.each([
  [1290, 'USD', '12.90'],
  [5, 'USD', '0.05'],
  [1290, 'JPY', '1290'],
  [12_900, 'KWD', '12.900'],
  [1, 'CLF', '0.0001'],
  [-5, 'USD', '-0.05'],
  [maxMinor, 'USD', '100000000000.00'],
] as const)('writes %i minor units of %s as %s', (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text);
});

test('counts minor units by the digits of the currency', () => {
  for (const currency of currencies) expect(minorPerWhole(currency)).toBe(10 ** currencyDigits(currency));
});
