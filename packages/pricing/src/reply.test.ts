import { describe, expect, test } from 'vitest';
import { ReplyParser, type ReplyResult } from './reply.ts';

function parse(text: string, rowCount: number, complete = true): ReplyResult {
  const parser = new ReplyParser(rowCount);
  parser.push(text);
  return parser.end(complete);
}

/** `1:12.90 2:missing …`: what became of each row, in order. */
function outline(text: string, rowCount: number, complete = true): string {
  const { rows, problems } = parse(text, rowCount, complete);
  const parts: string[] = [];
  for (let row = 1; row <= rowCount; row += 1) {
    expect(rows.has(row) !== problems.has(row)).toBe(true);
    parts.push(`${row}:${rows.get(row)?.price ?? problems.get(row)}`);
  }
  return parts.join(' ');
}

describe('lines', () => {
  test('give row, price, confidence and reason', () => {
    const { rows, problems, unknownRows } = parse('1,12.90,r,80,s\n2,9,c,0.4,o\n3,5.5,h,100,ownword', 3);
    expect([...rows.values()]).toEqual([
      { row: 1, price: '12.90', confidence: 0.8, reason: 'scarce' },
      { row: 2, price: '9', confidence: 0.4, reason: 'overstock' },
      { row: 3, price: '5.5', confidence: 1, reason: 'ownword' },
    ]);
    expect([...problems, unknownRows]).toEqual([0]);
  });

  test.each([
    ['1,12.90', { reason: 'other' }],
    ['1,12.90,r', { reason: 'other' }],
    ['1,12.90,r,80', { confidence: 0.8, reason: 'other' }],
    ['1,12.90,80,s', { confidence: 0.8, reason: 'scarce' }],
    ['1,12.90,r,0.85,Competitor', { confidence: 0.85, reason: 'competitor' }],
    ['1,12.90,r,80%,m', { confidence: 0.8, reason: 'margin' }],
    ['1,12.90,r,1,d', { confidence: 1, reason: 'demand' }],
    ['1,12.90,r,0,h', { confidence: 0, reason: 'hold' }],
    ['1,12.90,r,101,h', { reason: 'hold' }],
    ['1,12.90,r,-5,h', { reason: 'hold' }],
    ['1,12.90,r,NaN,h', { reason: 'hold' }],
    ['1,12.90,r,80,q', { confidence: 0.8, reason: 'other' }],
    ['1,12.90,r,80,<b>bold</b>', { confidence: 0.8, reason: 'other' }],
    ['1,12.90,r,80,two words', { confidence: 0.8, reason: 'other' }],
    [`1,12.90,r,80,${'x'.repeat(25)}`, { confidence: 0.8, reason: 'other' }],
    ['1,12.90,r,80,constructor', { confidence: 0.8, reason: 'constructor' }],
    [' 1 , 12.90 , r , 80 , s \r', { confidence: 0.8, reason: 'scarce' }],
    ['"1","12.90","r","80","s"', { confidence: 0.8, reason: 'scarce' }],
  ])('%j', (line, rest) => {
    expect(parse(line, 1).rows.get(1)).toEqual({ row: 1, price: '12.90', ...rest });
  });

  test('stand among header, prose, blanks and fences', () => {
    const text =
      'Sure! Here are 2 prices:\n\n```csv\nrow,price,action,confidence,reason\n1,12.90,r,80,s\n2,9,c,70,o\n```\nBye.';
    expect(outline(text, 2)).toBe('1:12.90 2:9');
  });

  test('may end in CR LF', () => {
    expect(outline('1,12.90,r,80,s\r\n2,9,c,70,o\r\n', 2)).toBe('1:12.90 2:9');
  });

  test.each([
    'NaN',
    'nan',
    'Infinity',
    '-5',
    '+5',
    '1e3',
    '0x10',
    '.5',
    '5.',
    '',
    ' ',
    '$5',
    '5 USD',
    '１９',
    '1_000',
    '1.2.3',
    '1.1234567',
    'null',
    'true',
    '5;6',
  ])('price %j is not a number', (price) => {
    expect(outline(`1,${price},r,80,s`, 1)).toBe('1:not_a_number');
  });

  test.each(['0', '0.00', '000', '0.000000', '9'.repeat(16), `${'9'.repeat(300)}`])('price %j is absurd', (price) => {
    expect(outline(`1,${price},r,80,s`, 1)).toBe('1:absurd');
  });

  test('a thousands comma is no second cell', () => {
    expect(outline('1,1,299.00,r,80,s', 1)).toBe('1:not_a_number');
    expect(outline('1,1,299,r,80,s', 1)).toBe('1:not_a_number');
    expect(outline('1,"1,299.00",r,80,s', 1)).toBe('1:not_a_number');
  });

  test('a row given twice counts for neither', () => {
    expect(outline('1,5,r,80,s\n2,6,r,80,s\n1,5,r,80,s', 2)).toBe('1:duplicate 2:6');
    expect(outline('1,NaN,r,80,s\n1,5,r,80,s', 1)).toBe('1:duplicate');
    expect(outline('1,5\n1,5\n1,5', 1)).toBe('1:duplicate');
  });

  test('rows that were not asked for are counted and ignored', () => {
    const { rows, unknownRows } = parse('0,5\n1,5\n3,5\n999999,5\n2,5', 2);
    expect([[...rows.keys()], unknownRows]).toEqual([[1, 2], 3]);
  });
});

describe('a reply that was cut', () => {
  test('loses its unterminated line alone', () => {
    expect(outline('1,12.90,r,80,s\n2,12', 3, false)).toBe('1:12.90 2:missing 3:missing');
    expect(outline('1,12.90,r,80,s\n2,12.90,r,80,s\n', 3, false)).toBe('1:12.90 2:12.90 3:missing');
  });

  test('keeps nothing of an open document', () => {
    expect(outline('{"prices":[{"row":1,"price":5},\n{"row":2,"price":6},\n{"row":3,"pri', 3, false)).toBe(
      '1:missing 2:missing 3:missing',
    );
    expect(outline('[\n{"row":1,"price":5},\n{"row":2,"price":6}\n', 2, true)).toBe('1:missing 2:missing');
  });
});

const two = [
  { row: 1, price: 12.9, confidence: 0.8, reason: 's' },
  { row: 2, price: '9.00', confidence: 70, reason: 'overstock' },
];

describe('JSON', () => {
  test.each([
    ['an array', JSON.stringify(two)],
    ['an indented array', JSON.stringify(two, null, 2)],
    ['an object with one', JSON.stringify({ prices: two })],
    ['whatever its name', JSON.stringify({ results: two, note: 'x' }, null, 2)],
    ['in a fence', `\`\`\`json\n${JSON.stringify({ items: two }, null, 2)}\n\`\`\``],
    ['with prose around it', `Here you are:\n${JSON.stringify({ rows: two }, null, 2)}\nAnything else?`],
    ['an object a line', two.map((item) => JSON.stringify(item)).join('\n')],
    ['an object a line, with commas', two.map((item) => `${JSON.stringify(item)},`).join('\n')],
    ['in a fence that closes on its line', `\`\`\`\n${JSON.stringify(two)}\`\`\``],
    ['row as text', JSON.stringify(two.map((item) => ({ ...item, row: String(item.row) })))],
  ])('%s', (_, text) => {
    const { rows, problems } = parse(text, 2);
    expect([...rows.values()]).toEqual([
      { row: 1, price: '12.9', confidence: 0.8, reason: 'scarce' },
      { row: 2, price: '9.00', confidence: 0.7, reason: 'overstock' },
    ]);
    expect(problems.size).toBe(0);
  });

  test('of a pack of one may leave the row out', () => {
    expect(outline('{"price":12.9,"min":1,"max":99,"reasoning":"x"}', 1)).toBe('1:12.9');
    expect(outline('[{"price":12.9},{"price":13}]', 2)).toBe('1:missing 2:missing');
  });

  test.each([
    ['NaN is no JSON', '[{"row":1,"price":NaN}]', '1:missing'],
    ['a negative number', '[{"row":1,"price":-5}]', '1:not_a_number'],
    ['an exponent', '[{"row":1,"price":1e21}]', '1:not_a_number'],
    ['infinity', '[{"row":1,"price":1e400}]', '1:not_a_number'],
    ['true', '[{"row":1,"price":true}]', '1:not_a_number'],
    ['null', '[{"row":1,"price":null}]', '1:not_a_number'],
    ['an object', '[{"row":1,"price":{"amount":5}}]', '1:not_a_number'],
    ['no price', '[{"row":1}]', '1:not_a_number'],
    ['zero', '[{"row":1,"price":0}]', '1:absurd'],
    ['the same key twice', '{"row":1,"price":5,"price":900}', '1:missing'],
    ['a bare number', '19.99', '1:missing'],
    ['text after the document', '{"row":1,"price":5} and {"row":1,"price":6}', '1:missing'],
    ['a bracket in a string', '[{"row":1,"price":5,"reason":"}] no"}]', '1:5'],
    ['a quote in a string', '[{"row":1,"price":5,"reason":"\\"}]"}]', '1:5'],
    ['an inner object', '{"a":{"b":{"row":1,"price":5}}}', '1:missing'],
    ['two lists', '{"a":[{"row":1,"price":5}],"b":[{"row":1,"price":6}]}', '1:missing'],
    ['an inherited price', '{"row":1,"__proto__":{"price":5}}', '1:not_a_number'],
    ['a row twice', '[{"row":1,"price":5},{"row":1,"price":6}]', '1:duplicate'],
    ['a bad line before a good one', '{"row":1,"price":NaN}\n{"row":1,"price":6}', '1:6'],
    ['a cut line before a good one', '{"row":2,"pri\n{"row":1,"price":6}', '1:6'],
    ['a line break inside a string', '[\n{"row":1,"price":5,"reason":"a\n{"row":1,"price":6}\n]', '1:missing'],
    ['an example in prose', 'Like {"row":1,"price":0.01} for instance.', '1:missing'],
    ['deep nesting', '['.repeat(49_000), '1:missing'],
  ])('%s', (_, text, expected) => {
    expect(outline(text, 1)).toBe(expected);
  });
});

test('more text than any answer needs is not kept', () => {
  const parser = new ReplyParser(1);
  for (let count = 0; count < 2_000; count += 1) parser.push('x'.repeat(1_000));
  parser.push('\n1,5,r,80,s\n');
  expect(parser.end(true).problems.get(1)).toBe('missing');
});

test('the end is the end', () => {
  const parser = new ReplyParser(1);
  const result = parser.end(true);
  parser.push('1,5,r,80,s\n');
  expect(parser.end(true)).toEqual(result);
  expect(result.problems.get(1)).toBe('missing');
});
