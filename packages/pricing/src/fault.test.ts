import { expect, test } from 'vitest';
import { shown } from './fault.ts';

test.each([
  [undefined, 'nothing'],
  [null, 'nothing'],
  ['', 'nothing'],
  ['1,99', '"1,99"'],
  [-1, '-1'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [true, 'true'],
  [[1, 2], 'a list of 2'],
  [{ a: 1 }, 'an object'],
  ['\u001b[31m\n', '"\\u001b[31m\\u000a"'],
  ['\u202eabc', '"\\u202eabc"'],
  ['\ud800', '"\ufffd"'],
])('shows %j as %s', (value, text) => {
  expect(shown(value)).toBe(text);
});

test('shows the beginning of what is long', () => {
  expect(shown('x'.repeat(2_000_000))).toBe(`"${'x'.repeat(48)}…"`);
});
