import { expect, test } from 'vitest';
import { currencies, currencyDigits, isCurrency } from './currency.ts';

test('knows the active codes of ISO 4217, each once', () => {
  expect(new Set(currencies).size).toBe(currencies.length);
  expect(currencies.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  // Intl lists a few codes more (withdrawn ones); what it lacks of ours are funds and codes newer than its data.
  const unknownToIntl = currencies.filter((code) => !Intl.supportedValuesOf('currency').includes(code));
  const fundsAndNewcomers = 'BOV CHE CHW CLF COU MXV USN UYI UYW SLE VED XCG ZWG'.split(' ');
  expect(unknownToIntl.filter((code) => !fundsAndNewcomers.includes(code))).toEqual([]);
});

test.each([
  ['USD', 2],
  ['JPY', 0],
  ['KRW', 0],
  ['KWD', 3],
  ['TND', 3],
  ['CLF', 4],
  ['UYW', 4],
  ['HUF', 2],
  ['BRL', 2],
])('%s has %i decimals', (code, digits) => {
  expect(currencyDigits(code)).toBe(digits);
});

test.each([
  'XXX',
  'XTS',
  'XAU',
  'XDR',
  'usd',
  'Usd',
  'US',
  'USDT',
  '',
  ' USD',
  'DEM',
  'HRK',
  'constructor',
  '__proto__',
])('refuses %j', (code) => {
  expect(isCurrency(code)).toBe(false);
  expect(() => currencyDigits(code)).toThrow(RangeError);
});
