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
  expect(taken(input(euro), input(yen), input(bare))).toEqual([euro, yen, bare]);
});

it('lets an amount that may be unreadable in the currency of its SKU replace none that is readable in more', () => {
  const joins = (before: unknown, after: unknown, field = 'cost') =>
    taken(input({ sku: 'a', [field]: before }), input({ sku: 'a', [field]: after })).length === 1;
  // 10.5 is no amount of yen, and then only 10 is left.
  expect(joins('10', '10.5')).toBe(false);
  expect(joins('10.5', '10')).toBe(true);
  expect(joins('10.50', '9.99')).toBe(true);
  expect(joins(10, 10.5)).toBe(false);
  expect(joins(null, '10.5')).toBe(false);
  expect(joins('10.5', null)).toBe(true);
  expect(joins('10', '20000000000')).toBe(false);
  expect(joins(['10', '11'], ['9.5'], 'competitors')).toBe(false);
  expect(joins(['10', { price: '11.5' }], ['9.5', { price: '9.55', currency: 'EUR' }], 'competitors')).toBe(true);
  expect(joins('10|11', '9.5 USD|8', 'competitors')).toBe(true);
});

it('joins neither what is older, nor what would contradict itself', () => {
  const now = { sku: 'a', cost: '10.5' };
  const older = { sku: 'a', cost: '10' };
  expect(taken(input(now), input(older, nowMs - 1))).toEqual([now, older]);
  const floor = { sku: 'a', floor: '12' };
  const ceiling = { sku: 'a', ceiling: '11' };
  expect(taken(input(floor), input(ceiling))).toEqual([floor, ceiling]);
});

it('joins what a source says of one of its things, but never what it says of its places', () => {
  const offers = (price: string): Input => ({
    ...input({ sku: 'B00', competitors: [price] }),
    thing: { kind: 'alias', id: 'B00', excerpt: price },
  });
  const level = { id: 'B00', place: 'x', atMs: nowMs, available: 1, excerpt: '' };
  const told: Input = { ...input({ sku: 'B00' }), thing: { kind: 'level', id: 'B00', level } };
  const waiting = new NewestWins({ inputs: 100, bytes: 100_000 }, isSound);
  for (const one of [input({ sku: 'B00', stock: 1 }), offers('9.99'), offers('8.99'), told, told])
    expect(waiting.add(one)).toBe(true);
  expect(waiting.take()).toMatchObject([
    { fields: { sku: 'B00', stock: 1 } },
    { fields: { competitors: ['8.99'] }, thing: { excerpt: '8.99' } },
    { thing: { kind: 'level' } },
    { thing: { kind: 'level' } },
  ]);
});
