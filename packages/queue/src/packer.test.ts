import { describe, expect, it } from 'vitest';
import { Packer, repack } from './packer.ts';

describe('Packer', () => {
  it('fills packs of one strategy and numbers all rows without gaps', () => {
    const packer = new Packer({ packSize: 3 });
    const skus = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const packs = skus.flatMap((sku, i) => packer.add(sku, i % 3 === 0 ? 'premium' : 'balanced') ?? []);
    packs.push(...packer.flush());
    expect(packer.flush()).toEqual([]);
    expect(packs.flatMap((p) => p.skus).toSorted()).toEqual(skus.toSorted());
    expect(packs.flatMap((p) => p.skus.map((_, i) => p.first + i))).toEqual(skus.map((_, i) => i));
    for (const p of packs)
      expect(p.skus.every((sku) => (Number(sku.slice(1)) % 3 === 0) === (p.strategy === 'premium'))).toBe(true);
    expect(Math.max(...packs.map((p) => p.skus.length))).toBe(3);
  });

  it('mixes no routes', () => {
    const packer = new Packer({ packSize: 2 });
    const rows = ['a', 'b', 'c', 'd', 'e'].map((sku) => [sku, 'balanced', sku < 'c' ? 'canary' : 'stable'] as const);
    const packs = rows.flatMap((row) => packer.add(...row) ?? []);
    expect([...packs, ...packer.flush()].map(({ first, skus }) => [first, ...skus])).toEqual([
      [0, 'a', 'b'],
      [2, 'c', 'd'],
      [4, 'e'],
    ]);
  });
});

describe('repack', () => {
  it.each([
    [25, 1, 5, 5],
    [6, 1, 2, 5],
    [5, 1, 5, 1],
    [1, 1, 1, 1],
    [25, 2, 25, 1],
  ])('%i rows asked %i times: %i packs of at most %i', (rows, asked, packs, size) => {
    const result = repack(
      Array.from({ length: rows }, (_, i) => i),
      asked,
    );
    expect(result).toHaveLength(packs);
    expect(Math.max(...result.map((p) => p.length))).toBe(size);
    expect(result.flat()).toEqual(Array.from({ length: rows }, (_, i) => i));
  });
});
