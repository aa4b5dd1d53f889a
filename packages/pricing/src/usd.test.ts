import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatUsd, parseUsd } from './usd.ts';

test.each([
  [7_532, '0.000007532'],
  [0, '0.00'],
  [1, '0.000000001'],
  [50_000_000, '0.05'],
  [100_000_000_000, '100.00'],
  [1_500_000_000, '1.50'],
  [1_234_500_000, '1.2345'],
  [-50_000_000, '-0.05'],
  [Number.MAX_SAFE_INTEGER, '9007199.254740991'],
])('writes %i nano-dollars as %s', (nanoUsd, text) => {
  expect(formatUsd(nanoUsd)).toBe(text);
});

test('reads what it writes, to the nano-dollar', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (nanoUsd) => parseUsd(formatUsd(nanoUsd)) === nanoUsd),
    { numRuns: 3_000 },
  );
});

test.each([
  '',
  ' 1',
  '-1',
  '+1',
  '1e3',
  '10usd',
  '$1',
  '1,5',
  '.5',
  '1.',
  '0.0000000001',
  '9007199.254740992',
  '99999999',
])('refuses %j', (text) => {
  expect(parseUsd(text)).toBeUndefined();
});
