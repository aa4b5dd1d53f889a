import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplyParser, type ReplyResult } from './reply.ts';

function parse(chunks: readonly string[], rowCount: number, complete: boolean): ReplyResult {
  const parser = new ReplyParser(rowCount);
  for (const chunk of chunks) parser.push(chunk);
  return parser.end(complete);
}

const items = [
  { row: 1, price: 12.9, confidence: 0.8, reason: 's' },
  { row: 2, price: '9.00', confidence: 70, reason: 'o' },
  { row: 4, price: 5, reason: 'a "quoted" } word' },
];
const lines =
  'Sure 😀:\r\n```\nrow,price\r\n1,12.90,r,80,s\n2,1,299.00\n3,NaN\n2,7\n9,1\n5,6.5,c,0.4,own\n```\n4,8.25,h,99,h';
const texts: [string, string][] = [
  ['lines', lines],
  ['an array', JSON.stringify(items)],
  ['an indented object', `Prices:\n\`\`\`json\n${JSON.stringify({ prices: items }, null, 1)}\n\`\`\`\nDone`],
  ['an object a line', items.map((item) => JSON.stringify(item)).join('\n')],
  ['a broken document', `[\n${JSON.stringify(items[0])},\n{"row":2,"reason":"x\n",\n{"row":4,"price":5}]\n1,5\n`],
];

describe.each(texts)('%s', (_, text) => {
  test('gives the same whatever the chunks', () => {
    for (const complete of [true, false]) {
      const whole = parse([text], 5, complete);
      expect(parse([...text], 5, complete)).toEqual(whole);
      for (let first = 0; first <= text.length; first += 1) {
        expect(parse([text.slice(0, first), text.slice(first)], 5, complete)).toEqual(whole);
        for (let second = first + 1; second <= text.length; second += 7) {
          const chunks = [text.slice(0, first), text.slice(first, second), text.slice(second)];
          expect(parse(chunks, 5, complete)).toEqual(whole);
        }
      }
    }
  });
});

const isCutAt = (text: string, length: number): boolean => text[length - 1] !== '\n';

describe('a cut at any character', () => {
  test('gives no row from the line that was cut', () => {
    const good = '1,12.90,r,80,s\n2,129.99,c,70,o\n3,1299.5,h,60,h\n';
    for (let length = 0; length <= good.length; length += 1) {
      const { rows } = parse([good.slice(0, length)], 3, false);
      const wholeLines = good.slice(0, length).split('\n').slice(0, -1);
      expect([...rows.values()].map(({ row, price }) => `${row},${price}`)).toEqual(
        wholeLines.map((line) => line.split(',').slice(0, 2).join(',')),
      );
    }
  });

  test.each([
    ['one line', JSON.stringify(items)],
    ['indented', JSON.stringify({ prices: items }, null, 2)],
    ['an item a line', `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`],
  ])('gives no row at all from a JSON document: %s', (_, document) => {
    for (let length = 0; length < document.length; length += 1) {
      for (const complete of [true, false]) {
        expect(parse([document.slice(0, length)], 5, complete).rows.size).toBe(0);
      }
    }
  });

  test('gives the whole lines of an object a line', () => {
    const text = `${items.map((item) => JSON.stringify(item)).join('\n')}\n`;
    for (let length = 0; length <= text.length; length += 1) {
      const cut = text.slice(0, length);
      expect(parse([cut], 5, false).rows.size).toBe(cut.split('\n').length - 1);
      if (isCutAt(text, length)) expect(parse([cut], 5, false).rows.size).toBeLessThan(3);
    }
  });
});

const pieces = [
  ...[
    '1',
    '2',
    '3',
    '99',
    ',',
    '.',
    '\n',
    '\r\n',
    ' ',
    '-',
    'e5',
    'NaN',
    '0',
    '12.90',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
  ],
  ...['"row"', '"price"', '```', 'json', 'r', 'true', 'null', '😀', '\ud800', '\u0000', '__proto__', '|', '\t', 'Sure'],
  ...['1,12.90,r,80,s\n', '{"row":2,"price":7}\n', '[{"row":3,"price":8}]', '\n\n', 'row,price\n'],
];

test('never throws, answers for every row, and gives plain positive decimals alone, whatever comes', () => {
  const soup = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string({ unit: 'binary' })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(soup, fc.boolean(), fc.integer({ min: 0, max: 4 }), (chunks, complete, rowCount) => {
      const result = parse(chunks, rowCount, complete);
      expect(parse([chunks.join('')], rowCount, complete)).toEqual(result);
      const { rows, problems } = result;
      for (let row = 1; row <= rowCount; row += 1) expect(rows.has(row) !== problems.has(row)).toBe(true);
      expect(rows.size + problems.size).toBe(rowCount);
      for (const { price, confidence, reason } of rows.values()) {
        expect(price).toMatch(/^\d{1,15}(\.\d{1,6})?$/);
        expect(Number(price)).toBeGreaterThan(0);
        expect(reason).toMatch(/^[a-z0-9_-]{1,24}$/);
        if (confidence !== undefined) expect(confidence >= 0 && confidence <= 1).toBe(true);
      }
    }),
    { numRuns: 5_000 },
  );
});
