import { expect, it } from 'vitest';
import { bytes, count, counted, dollars, duration, percent, rate } from './figures.ts';

it.each<[string, string]>([
  [count(1_234_567), '1,234,567'],
  [counted(1, 'SKU'), '1 SKU'],
  [counted(0, 'line'), '0 lines'],
  [dollars('12.3456'), '$12.35'],
  [dollars('0.123456789'), '$0.1235'],
  [dollars('0.000007532'), '$0.0000075'],
  [dollars('0.000000001'), '$0.000000001'],
  [dollars('0'), '$0.00'],
  [dollars('?'), '$?'],
  [duration(420), '0.4 s'],
  [duration(12_400), '12 s'],
  [duration(200_000), '3 min 20 s'],
  [duration(7_500_000), '2 h 5 min'],
  [duration(-5), '0.0 s'],
  [bytes(812), '812 B'],
  [bytes(12_345), '12 kB'],
  [bytes(3_400_000), '3.4 MB'],
  [bytes(5_250_000_000), '5.25 GB'],
  [rate(0), '0'],
  [rate(12.34), '12.3'],
  [rate(840.4), '840'],
  [`${percent(1999, 2000)}`, '99'],
  [`${percent(0, 0)}`, '0'],
])('%s', (said, expected) => {
  expect(said).toBe(expected);
});
