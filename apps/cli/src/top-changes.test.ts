import { expect, it } from 'vitest';
import { type Price, priceSchema } from './responses.ts';
import { changeOf, digestResults } from './top-changes.ts';

async function* prices(changes: readonly number[]): AsyncGenerator<Price> {
  for (const [index, changePercent] of changes.entries()) {
    yield priceSchema.parse({ sku: `S${index}`, price: '1.00', currency: 'EUR', changePercent, guardrails: ['floor'] });
  }
}

async function top(changes: readonly number[], size: number): Promise<(number | null | undefined)[]> {
  return (await digestResults(prices(changes), size)).top.map((price) => price.changePercent);
}

it('keeps the largest rises and the largest cuts, also when many rises are equal', async () => {
  const many = Array.from({ length: 1000 }, () => 25);
  expect(await top([...many, -3, 0, -7, 1, -1], 4)).toEqual([25, 25, -7, -3]);
});

it.each([
  ['only rises', [1, 3, 2, 5, 4], [5, 4, 3, 2]],
  ['only cuts', [-1, -3, -2], [-3, -2, -1]],
  ['few rises', [1, -3, -2, -5, -4], [1, -5, -4, -3]],
  ['few cuts', [9, 8, 7, 6, -1], [9, 8, 7, -1]],
  ['nothing but unchanged', [0, 0], [0, 0]],
  ['nothing', [], []],
])('%s', async (_case, changes, expected) => {
  expect(await top(changes, 4)).toEqual(expected);
});

it('counts what guardrails moved', async () => {
  expect((await digestResults(prices([1, 2, 3]), 2)).guardrails).toEqual(new Map([['floor', 3]]));
});

it('works out a change that the API does not tell', () => {
  const price = priceSchema.parse({ sku: 'A', price: '15.00', previousPrice: '12.00', currency: 'EUR' });
  expect(changeOf(price)).toBe(25);
  expect(changeOf({ ...price, previousPrice: undefined })).toBe(0);
});
