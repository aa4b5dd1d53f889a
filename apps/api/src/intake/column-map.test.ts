import { describe, expect, test } from 'vitest';
import { readColumnMap } from './column-map.ts';

const fields = ['sku', 'price', 'currency', 'competitors'];
const map = (text: string | undefined) => Object.fromEntries(readColumnMap(text, 'csv', fields));

describe('?map=', () => {
  test.each<[string | undefined, Record<string, string>]>([
    [undefined, {}],
    ['', {}],
    ['sku=product_id', { sku: 'product_id' }],
    ['sku=Variant SKU,price=Variant Price', { sku: 'Variant SKU', price: 'Variant Price' }],
    ['sku="Variant SKU",price="Price, net"', { sku: 'Variant SKU', price: 'Price, net' }],
    ['price="5"" price"', { price: '5" price' }],
    [' sku = a , price = b ', { sku: 'a', price: 'b' }],
    ['sku=a=b', { sku: 'a=b' }],
    ['sku=__proto__', { sku: '__proto__' }],
    ['sku=a,', { sku: 'a' }],
  ])('%s', (text, expected) => {
    expect(map(text)).toEqual(expected);
  });

  test.each([
    ['sku', 'from character 1 on'],
    ['sku=', 'from character 1 on'],
    ['sku=" "', 'names no column'],
    ['sku="a', 'from character 1 on'],
    ['sku=a,,price=b', 'from character 7 on'],
    ['prize=a', 'did you mean "price"?'],
    ['__proto__=a', 'which snapshots do not have'],
    ['sku=a,sku=b', 'the field "sku" twice'],
    ['sku=a,price=a', 'the column "a" twice'],
  ])('%s is refused', (text, message) => {
    expect(() => map(text)).toThrow(message);
  });

  test('is refused where there are no columns', () => {
    expect(() => readColumnMap('sku=a', 'json', fields)).toThrow('JSON has none');
  });

  test('reads hostile texts in no time', () => {
    // One that goes back and forth takes minutes.
    const startedMs = performance.now();
    for (const text of [
      'sku='.repeat(12_500),
      `sku="${'"'.repeat(50_000)}`,
      ' '.repeat(50_000),
      `sku=${'a'.repeat(50_000)}"`,
    ]) {
      try {
        map(text);
      } catch {}
    }
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});
