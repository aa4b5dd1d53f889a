import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';
import { snapshotFields } from './snapshot-fields.ts';

test.each([
  ['Price', 'price'],
  ['prise', 'price'],
  ['curency', 'currency'],
  ['restock_days', 'restockDays'],
  ['cieling', 'ceiling'],
  ['Variant SKU', 'sku'],
  ['competitor_prices', 'competitors'],
  ['observed-at', 'observedAt'],
])('for %s it proposes %s', (name, field) => {
  expect(nearest(name, snapshotFields)).toBe(field);
});

test('finds the column that carries a field in its name', () => {
  expect(nearest('sku', ['Handle', 'Variant SKU', 'Variant Price'])).toBe('Variant SKU');
});

test.each(['', '!!!', 'zzzzzzzz', 'x', 'a'.repeat(10_000), '__proto__'])('proposes nothing for %j', (name) => {
  expect(nearest(name, ['sku', 'price'])).toBeUndefined();
});
