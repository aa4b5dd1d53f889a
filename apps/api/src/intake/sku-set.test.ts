import { expect, test } from 'vitest';
import { SkuSet } from './sku-set.ts';

test('knows each SKU once, also after it grew many times', () => {
  const set = new SkuSet();
  let added = 0;
  for (let i = 0; i < 300_000; i++) if (set.add(`SKU-${i}`)) added++;
  expect(added).toBe(300_000);
  for (let i = 0; i < 300_000; i++) if (set.add(`SKU-${i}`)) added++;
  expect(added).toBe(300_000);
});

test.each([
  ['digits', (i: number) => String(i)],
  ['padded digits', (i: number) => String(i).padStart(13, '0')],
  ['letters outside Latin', (i: number) => `артикул-${i}`],
  ['two long halves', (i: number) => `${'x'.repeat(100)}${i}${'y'.repeat(100)}`],
  ['single characters far apart', (i: number) => String.fromCodePoint(0x20 + i)],
  ['reversed numbers', (i: number) => String(i).split('').reverse().join('')],
])('tells near-equal SKUs apart: %s', (_, sku) => {
  const set = new SkuSet();
  const skus = new Set<string>();
  for (let i = 0; i < 50_000; i++) {
    const fresh = !skus.has(sku(i));
    skus.add(sku(i));
    if (set.add(sku(i)) !== fresh) throw new Error(`${sku(i)} is mistaken`);
  }
});

test('takes SKUs named as members of objects', () => {
  const set = new SkuSet();
  expect(['__proto__', 'constructor', 'toString', ''].map((sku) => set.add(sku))).toEqual([true, true, true, true]);
  expect(set.add('__proto__')).toBe(false);
});
