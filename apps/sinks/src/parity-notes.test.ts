import { expect, it } from 'vitest';
import { acknowledgedNotes, deadNotes, isOtherThanSent } from './parity-notes.ts';
import type { ChangeMessage } from './sink.ts';

const message = {
  id: 'chg_1',
  at: '',
  prices: [
    { sku: 'A', revision: 3, price: '12.90', currency: 'EUR' },
    { sku: 'B', revision: 1, price: '1500', currency: 'JPY' },
  ],
} as unknown as ChangeMessage;

const prices = (...acknowledged: [string, string][]) => {
  const notes = acknowledgedNotes(
    message,
    acknowledged.map(([sku, price]) => ({ sku, price })),
  );
  const taken = notes.map(({ outcome }) => (outcome.kind === 'acknowledged' ? outcome.price : outcome.kind));
  return [...taken, isOtherThanSent(notes, message)];
};

it('a plain yes means what was sent', () => {
  const notes = acknowledgedNotes(message);
  expect(notes[0]).toEqual({
    sku: 'A',
    revision: 3,
    outcome: { kind: 'acknowledged', price: '12.90', currency: 'EUR' },
  });
  expect(isOtherThanSent(notes, message)).toBe(false);
});

it('the same number in another form is the same price, all else is told as it came', () => {
  expect(prices(['A', '12.9'], ['B', '1500.00'])).toEqual(['12.90', '1500', false]);
  expect(prices(['B', '01500'], ['A', '012.900'])).toEqual(['12.90', '1500', false]);
  expect(prices(['A', '12.91'], ['B', '1500'])).toEqual(['12.91', '1500', true]);
  expect(prices(['A', '12.90'])).toEqual(['12.90', 'unnamed', true]);
  expect(prices(['A', 'free\n!'], ['B', ''])).toEqual(['free!', '?', true]);
  expect(prices(['A', '12.9.0'], ['B', `${'0'.repeat(60_000)}1500`])).toEqual(['12.9.0', '0'.repeat(40), true]);
  expect(prices(['A', '1e1'], ['B', '-1500'])).toEqual(['1e1', '-1500', true]);
});

it('a dead letter is one for each of its SKUs', () => {
  expect(deadNotes(message)).toEqual(
    ['A', 'B'].map((sku, i) => ({ sku, revision: [3, 1][i], outcome: { kind: 'dead' } })),
  );
});
