import { parseObservation } from '@reprice/pricing';
import { expect, it } from 'vitest';
import { type Input, NewestWins } from './newest-wins.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const strategies = new Set(['balanced']);
const isSound = (fields: Input['fields']): boolean =>
  parseObservation({ ...fields }, { currency: 'EUR', nowMs, strategies }).ok;
const input = (fields: Record<string, unknown>, observedAtMs = nowMs): Input => ({ fields, observedAtMs, bytes: 50 });

function taken(...inputs: Input[]): Input['fields'][] {
  const waiting = new NewestWins({ inputs: 100, bytes: 100_000 }, isSound);
  for (const one of inputs) expect(waiting.add(one)).toBe(true);
  return waiting.take().map(({ fields }) => fields);
}

it('joins what waits of a SKU, the newest field by field', () => {
  const fields = [
    { sku: 'a', stock: 5, demand: 1 },
    { sku: 'a', stock: 4 },
    { sku: 'b', stock: 1 },
  ];
  expect(taken(...fields.map((one) => input(one)))).toEqual([
    { sku: 'a', stock: 4, demand: 1 },
    { sku: 'b', stock: 1 },
  ]);
});

it('lets what cannot be read take nothing with it', () => {
  const good = { sku: 'a', stock: 5 };
  const bad = { sku: 'a', stock: -1 };
  const next = { sku: 'a', demand: 2 };
  const last = { sku: 'a', stock: 3 };
  expect(taken(...[good, bad, next, last].map((one) => input(one)))).toEqual([good, bad, { ...next, stock: 3 }]);
});

it('lets a time in the year 9999 make nothing old', () => {
  const observedAt = '9999-01-01T00:00:00.000Z';
  const future = { sku: 'a', stock: 1, observedAt };
  const good = { sku: 'a', stock: 2 };
  expect(taken(input(future, Date.parse(observedAt)), input(good))).toEqual([future, good]);
});

it('joins nothing in another currency', () => {
  const euro = { sku: 'a', price: '12.00', currency: 'EUR' };
  const yen = { sku: 'a', price: '1200', currency: 'JPY' };
  const bare = { sku: 'a', cost: '700' };
  expect(taken(input(euro), input(yen), input(bare))).toEqual([euro, { ...yen, ...bare }]);
});
