import type { ModelPrice } from '@reprice/gateway';
import { describe, expect, it } from 'vitest';
import { PriceList } from './price-list.ts';

const price = (outputNanoUsdPerMTok: number, as?: string): ModelPrice => ({
  inputNanoUsdPerMTok: 1,
  cachedInputNanoUsdPerMTok: 1,
  outputNanoUsdPerMTok,
  source: 'test',
  date: '2026-11-21',
  ...(as !== undefined && { as }),
});
const costOf = (table: PriceList, model: string, members: object = {}) =>
  table.of(model, { ...members })?.outputNanoUsdPerMTok;

describe('the price list', () => {
  const at = (name: string) => ({ provider: { order: [name], allow_fallbacks: false } });
  const prices = { 'm@dear': price(30, 'm'), 'm@quick': price(50, 'm'), m: price(10), other: price(7) };
  const table = new PriceList(prices, { 'm@dear': at('dear'), 'm@quick': { ...at('dear'), quick: true } });

  it('knows a provider by the members of a call that choose it, all of them', () => {
    expect(costOf(table, 'm', at('dear'))).toBe(30);
    expect(costOf(table, 'm', { ...at('dear'), seed: 1 })).toBe(30);
    expect(costOf(table, 'm', { ...at('dear'), quick: true })).toBe(50);
  });

  it('has the price of the model itself for any other call', () => {
    for (const members of [{}, at('third'), { quick: true }, { provider: 'dear' }])
      expect(costOf(table, 'm', members)).toBe(10);
    expect(costOf(table, 'other', at('dear'))).toBe(7);
    expect(costOf(table, 'm@dear', at('dear'))).toBeUndefined();
    expect(costOf(table, 'constructor')).toBeUndefined();
  });

  it('has the first provider of a model that does not stand there by itself', () => {
    const alone = new PriceList({ a: price(3, 'v/m'), b: price(4, 'v/m') }, { a: at('a'), b: at('b') });
    expect([costOf(alone, 'v/m', at('b')), costOf(alone, 'v/m')]).toEqual([4, 3]);
    expect(alone.names).toEqual(['v/m']);
  });
});
