import { expect, test } from 'vitest';
import { normalSku, oneLine } from './merchant-text.ts';

test.each([
  ['12345', '12345'],
  ['a:b', 'a:b'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['  padded  ', 'padded'],
  ['two words', 'two words'],
  ['Cafe\u0301', 'Café'],
  ['Café', 'Café'],
  ['\u0410BC', '\u0410BC'],
  ['😀', '😀'],
  ['x'.repeat(256), 'x'.repeat(256)],
])('%j is the SKU %j', (text, sku) => {
  expect(normalSku(text)).toEqual({ sku });
});

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['x'.repeat(257), 'too-long'],
  ['x'.repeat(2_000_000), 'too-long'],
  ['a\u0000b', 'bad-characters'],
  ['a\r\nb', 'bad-characters'],
  ['a\n', 'bad-characters'],
  ['\u001b[31mred', 'bad-characters'],
  ['a\u0085b', 'bad-characters'],
  ['a\ud800', 'bad-characters'],
])('%j is refused as %s', (text, code) => {
  expect(normalSku(text)).toEqual({ code });
});

test('free text goes on one line', () => {
  expect(oneLine('a\r\nb\tc')).toBe('a b c');
  expect(oneLine('plain')).toBe('plain');
  expect(oneLine('\u001b[31mred')).toBe('[31mred');
  expect(oneLine('\ud800')).toBeUndefined();
});
