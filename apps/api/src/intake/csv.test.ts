import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { told, toldAnyway } from '../../test/recorded-rows.ts';
import { CsvParser } from './csv.ts';
import { maxRowChars, type RowSink } from './row-sink.ts';

const columns = { map: new Map<string, string>(), currencyGiven: false };
const csv = (sink: RowSink) => new CsvParser(sink, columns);
const head = 'sku,price,currency\n';
const row = (sku: string, price = '1.00') => ({ sku, price, currency: 'USD' });

describe('a CSV body', () => {
  test.each([
    ['LF', `${head}a,1.00,USD\nb,1.00,USD\n`],
    ['no last line end', `${head}a,1.00,USD\nb,1.00,USD`],
    ['CRLF', 'sku,price,currency\r\na,1.00,USD\r\nb,1.00,USD\r\n'],
    ['only CR', 'sku,price,currency\ra,1.00,USD\rb,1.00,USD\r'],
    ['a header with CRLF and rows with LF', 'sku,price,currency\r\na,1.00,USD\nb,1.00,USD\n'],
    ['a header with LF and rows with CRLF', `${head}a,1.00,USD\r\nb,1.00,USD\r\n`],
    ['a byte order mark', `\ufeff${head}a,1.00,USD\nb,1.00,USD\n`],
    ['quotes', `"sku","price",currency\n"a","1.00",USD\nb,"1.00","USD"\n`],
    ['another order of columns', 'currency,sku,price\nUSD,a,1.00\nUSD,b,1.00\n'],
    ['blanks around names', ' sku ,price, currency\na,1.00,USD\nb,1.00,USD\n'],
  ])('is read with %s', (_, body) => {
    expect(toldAnyway(csv, body)).toEqual([
      [2, row('a')],
      [3, row('b')],
    ]);
  });

  test.each<[string, string, [number, unknown][]]>([
    [
      'a quoted comma, quote and line end',
      `${head}"a, ""b""\r\nc",1.00,USD\nd,1.00,USD\n`,
      [
        [2, row('a, "b"\r\nc')],
        [4, row('d')],
      ],
    ],
    ['quotes inside an unquoted field', `${head}5" pipe,1.00,USD\n`, [[2, row('5" pipe')]]],
    [
      'blank lines',
      `${head}\na,1.00,USD\n\n  \nb,1.00,USD\n\n`,
      [
        [3, row('a')],
        [6, row('b')],
      ],
    ],
    ['empty cells', `${head},,\n`, [[2, { sku: '', price: '', currency: '' }]]],
    ['a last empty cell', `${head}a,1.00,`, [[2, { sku: 'a', price: '1.00', currency: '' }]]],
    [
      'a row too short',
      `${head}a,1.00\nb,1.00,USD\n`,
      [
        [2, 'too-few-cells'],
        [3, row('b')],
      ],
    ],
    [
      'a row too long',
      `${head}a,1,99,USD\nb,1.00,USD\n`,
      [
        [2, 'too-many-cells'],
        [3, row('b')],
      ],
    ],
    [
      'NUL',
      `${head}a\0,1.00,USD\nb,1.00,USD\n`,
      [
        [2, 'nul'],
        [3, row('b')],
      ],
    ],
    ['a SKU named as a prototype', `${head}__proto__,1.00,USD\n`, [[2, row('__proto__')]]],
    [
      'an open quote at the end',
      `${head}a,1.00,USD\n"b,1.00,USD\nc,1.00,USD\n`,
      [
        [2, row('a')],
        [3, 'open-quote'],
        [4, row('c')],
      ],
    ],
    [
      'an open quote on the last line',
      `${head}a,1.00,USD\n"b,1.00,USD`,
      [
        [2, row('a')],
        [3, 'open-quote'],
      ],
    ],
    [
      'an open quote before another quoted row',
      `${head}"b,1.00,USD\n"c",1.00,USD\nd,1.00,USD\n`,
      [
        [2, 'stray-quote'],
        [3, row('c')],
        [4, row('d')],
      ],
    ],
    [
      'text after a closing quote',
      `${head}"a"x,1.00,USD\nb,1.00,USD\n`,
      [
        [2, 'stray-quote'],
        [3, row('b')],
      ],
    ],
  ])('with %s', (_, body, expected) => {
    expect(toldAnyway(csv, body)).toEqual(expected);
  });

  test('with broken UTF-8 rejects that row alone', () => {
    const body = Buffer.concat([
      Buffer.from(`${head}a`),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(',1.00,USD\nbü,1.00,USD\n'),
    ]);
    expect(toldAnyway(csv, body)).toEqual([
      [2, 'broken-utf8'],
      [3, row('bü')],
    ]);
  });

  test.each([
    ['unquoted', `b,${'x'.repeat(2_000_000)},USD`],
    ['quoted', `b,"${'x'.repeat(2_000_000)}",USD`],
    ['quoted, the first field', `"${'x""'.repeat(700_000)}",1.00,USD`],
    ['of 100 KB', `b,"${'x'.repeat(100_000)}",USD`],
  ])('rejects a row with a field of 2 MB, %s, and reads on', (_, line) => {
    for (const size of [65_536, 1000, 10_000_000]) {
      expect(told(csv, `${head}a,1.00,USD\n${line}\nc,1.00,USD\n`, size)).toEqual([
        [2, row('a')],
        [3, 'too-long'],
        [4, row('c')],
      ]);
    }
  });

  test('loses one line only to a quote that is left open over megabytes', () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `s${i},1.00,USD`);
    const all = told(csv, `${head}"open,1.00,USD\n${rows.join('\n')}\n`, 65_536);
    expect(all[0]).toEqual([2, 'open-quote']);
    expect(all).toHaveLength(200_001);
    expect(all.at(-1)).toEqual([200_002, row('s199999')]);
  });

  test('says that an endless quoted field ends with the file', () => {
    expect(told(csv, `${head}a,"${'x'.repeat(maxRowChars * 2)}`, 65_536)).toEqual([[2, 'open-quote']]);
  });

  test('keeps its memory bounded while it skips an endless row', () => {
    const parser = csv({ row: () => {}, fault: () => {} });
    parser.push(Buffer.from(`${head}a,"`));
    const piece = Buffer.alloc(65_536, 0x78);
    const startedMs = performance.now();
    for (let i = 0; i < 3200; i++) parser.push(piece);
    // 200 MB; were the row kept and read again with each piece, this would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(60_000);
  });

  test('is read like csv-parse reads it, when it is well-formed', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'ü', '€', ' ', ',', '"', '\n', '\r\n', "'", '1'),
      maxLength: 6,
    });
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 9 }), (rows, end, size) => {
        const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
        const body = `sku,price,currency${end}${rows.map((cells) => `x${cells.map(quoted).join(',')}`.replace(/^x"/, '"x')).join(end)}${end}`;
        const expected = parse(body, { columns: true, bom: true, record_delimiter: ['\r\n', '\n', '\r'] });
        expect(told(csv, body, size).map(([, input]) => input)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a CSV header', () => {
  const refusal = (body: string, options = columns): string => {
    try {
      told((sink) => new CsvParser(sink, options), body);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('the header was taken');
  };

  test.each([
    [
      'price',
      'sku,prcie,currency',
      'There is no column "price". The nearest is "prcie": to use it, send ?map=price=prcie.',
    ],
    [
      'sku',
      'Variant SKU,price,currency',
      'There is no column "sku". The nearest is "Variant SKU": to use it, send ?map=sku=Variant SKU.',
    ],
    ['currency', 'sku,price', 'There is no column "currency".'],
    ['all', 'a;b;c', 'The cells must be separated by commas: save the file'],
  ])('without %s is refused and told what is nearest', (_, header, message) => {
    expect(refusal(`${header}\nx,y,z\n`)).toContain(message);
  });

  test('with a column twice is refused', () => {
    expect(refusal('sku,price,price,currency\n')).toContain('The column "price" stands there twice.');
  });

  test('with 10,001 columns is refused', () => {
    expect(refusal(`${Array.from({ length: 10_001 }, (_, i) => `c${i}`).join(',')}\n`)).toContain('at most 1000');
  });

  test('may leave out the currency where the query gives one', () => {
    const parser = (sink: RowSink) => new CsvParser(sink, { map: new Map(), currencyGiven: true });
    expect(told(parser, 'sku,price\na,1.00\n')).toEqual([[2, { sku: 'a', price: '1.00' }]]);
  });

  test('is mapped to the fields of a snapshot', () => {
    const map = new Map([
      ['sku', 'Variant SKU'],
      ['price', 'Price, net'],
    ]);
    const parser = (sink: RowSink) => new CsvParser(sink, { map, currencyGiven: true });
    expect(told(parser, 'sku,Variant SKU,"Price, net"\nold,a,1.00\n')).toEqual([[2, { sku: 'a', price: '1.00' }]]);
  });

  test('tells the columns that mean nothing to us', () => {
    const parser = csv({ row: () => {}, fault: () => {} });
    parser.push(Buffer.from('sku,price,currency,competitor_prices,,__proto__\n'));
    expect(parser.ignoredColumns).toEqual(['competitor_prices', '__proto__']);
  });
});
