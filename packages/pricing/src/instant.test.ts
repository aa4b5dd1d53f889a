import { expect, test } from 'vitest';
import { parseInstant } from './instant.ts';

test.each([
  ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21T09:30Z', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21T09:30:00.123Z', '2026-11-21T09:30:00.123Z'],
  ['2026-11-21 11:30:00+02:00', '2026-11-21T09:30:00.000Z'],
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['1795253400000', '2026-11-21T09:30:00.000Z'],
  [1_795_253_400_000, '2026-11-21T09:30:00.000Z'],
])('reads %j', (value, iso) => {
  expect(new Date(parseInstant(value) ?? Number.NaN).toISOString()).toBe(iso);
});

test.each([
  '',
  'now',
  'yesterday',
  '21.11.2026',
  '11/21/2026',
  '2026-11-21T09:30:00',
  '2026-02-30',
  '2027-02-29T00:00:00Z',
  '2026-13-01',
  '2026-11-21T25:00:00Z',
  '1795253400',
  1_795_253_400,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '9'.repeat(14_000),
])('refuses %j', (value) => {
  expect(parseInstant(value)).toBeUndefined();
});
