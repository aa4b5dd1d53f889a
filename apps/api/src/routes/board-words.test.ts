import { expect, test } from 'vitest';
import { boardData, boardLink, boardReturned } from './board-words.ts';

const pack = {
  batchId: 'b1',
  strategy: 'balanced',
  asked: 0,
  skus: ['A/1', 'B', 'C', 'D', 'E', 'F', 'G'],
  ordinals: 0,
};

test('the data of a job are told shortly', () => {
  expect(boardData(pack)).toEqual({
    batch: 'b1',
    strategy: 'balanced',
    skus: ['A/1', 'B', 'C', 'D', 'E', '… and 2 more'],
  });
  expect(boardData({ ...pack, skus: ['A'], asked: 2, replays: 1 })).toEqual({
    batch: 'b1',
    strategy: 'balanced',
    skus: ['A'],
    askedBefore: 2,
    replays: 1,
  });
});

test.each([[undefined], ['text'], [{ apiKey: 'sk-secret' }], [{ ...pack, skus: [] }]])(
  'what is no pack shows nothing of itself: %j',
  (data) => {
    expect(JSON.stringify(boardData(data))).not.toMatch(/secret|text/);
    expect(boardLink(data).href).toBe('/');
  },
);

test('a returned value is one short sentence', () => {
  expect(boardReturned('25 priced')).toBe('25 priced');
  expect(boardReturned(null)).toBeNull();
  expect(boardReturned('x'.repeat(1000))).toHaveLength(201);
  expect(boardReturned({ a: 1 })).toBe('{"a":1}');
});

test('a job links to its first SKU, whatever its name', () => {
  expect(boardLink({ ...pack, skus: ['"><img src=x onerror=alert(1)>'] }).href).toBe(
    '/#/sku/%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E',
  );
});
