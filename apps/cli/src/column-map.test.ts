import { expect, it } from 'vitest';
import { formatColumnMap, parseColumnMap } from './column-map.ts';

it.each<[string, readonly string[], Record<string, string>]>([
  ['one pair', ['sku=product_id'], { sku: 'product_id' }],
  ['several', ['sku=product_id,price=Variant Price'], { sku: 'product_id', price: 'Variant Price' }],
  ['several options', ['sku=a', 'price=b'], { sku: 'a', price: 'b' }],
  ['blanks around', [' sku = a , price = b '], { sku: 'a', price: 'b' }],
  ['a quoted column', ['price="Price, net",sku=a'], { price: 'Price, net', sku: 'a' }],
  ['a quote in a quoted column', ['title="27"" title"'], { title: '27" title' }],
  ['an equals sign in a column', ['sku=a=b'], { sku: 'a=b' }],
])('reads %s', (_case, values, expected) => {
  expect(Object.fromEntries(parseColumnMap(values))).toEqual(expected);
});

it.each<[string, readonly string[], RegExp]>([
  ['nothing', [''], /is not field=column/],
  ['no column', ['sku='], /"sku=" is not field=column/],
  ['no field', ['=a'], /is not field=column/],
  ['no equals sign', ['sku'], /is not field=column/],
  ['an open quote', ['sku="a'], /is not field=column/],
  ['text after a quote', ['sku="a"b'], /is not field=column/],
  ['an unknown field', ['SKU=a'], /no field "SKU"; did you mean sku\?/],
  ['a field of every object', ['constructor=a'], /no field "constructor"/],
  ['a field twice', ['sku=a,sku=b'], /sku is mapped twice/],
  ['a column twice', ['sku=a,title=a'], /column "a" is mapped to both sku and title/],
])('refuses %s', (_case, values, expected) => {
  expect(() => parseColumnMap(values)).toThrow(expected);
});

it('writes what it read', () => {
  const text = 'price="Price, net",sku=product id,title="27"" title"';
  expect(formatColumnMap(parseColumnMap([text]))).toBe(text);
});
