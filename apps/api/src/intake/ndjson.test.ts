import { describe, expect, test } from 'vitest';
import { told, toldAnyway } from '../../test/recorded-rows.ts';
import { NdjsonParser } from './ndjson.ts';
import type { RowSink } from './row-sink.ts';

const ndjson = (sink: RowSink) => new NdjsonParser(sink);

describe('an NDJSON body', () => {
  test.each<[string, string, [number, unknown][]]>([
    [
      'LF',
      '{"a":1}\n{"b":2}\n',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    [
      'CRLF',
      '{"a":1}\r\n{"b":2}\r\n',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    [
      'only CR',
      '{"a":1}\r{"b":2}\r',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    [
      'no last line end',
      '{"a":1}\n{"b":2}',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    [
      'blank lines',
      '\n{"a":1}\n\n   \n{"b":2}\n',
      [
        [2, { a: 1 }],
        [5, { b: 2 }],
      ],
    ],
    ['a byte order mark', '\ufeff{"a":1}\n', [[1, { a: 1 }]]],
    [
      'a broken line',
      '{"a":1}\n{"b":\n{"c":3}\n',
      [
        [1, { a: 1 }],
        [2, 'not-json'],
        [3, { c: 3 }],
      ],
    ],
    [
      'a line that is an array',
      '[1]\n{"a":1}\n',
      [
        [1, 'not-an-object'],
        [2, { a: 1 }],
      ],
    ],
    [
      'lines that are no objects',
      '1\n"x"\nnull\ntrue\n',
      [
        [1, 'not-an-object'],
        [2, 'not-an-object'],
        [3, 'not-an-object'],
        [4, 'not-an-object'],
      ],
    ],
    [
      'a raw NUL',
      '{"a":"\0"}\n{"b":2}\n',
      [
        [1, 'not-json'],
        [2, { b: 2 }],
      ],
    ],
    ['characters of four bytes', '{"a":"😀"}\n', [[1, { a: '😀' }]]],
    [
      'a nest deeper than 20',
      `{"a":${'['.repeat(20)}${']'.repeat(20)}}\n{"b":2}\n`,
      [
        [1, 'too-deep'],
        [2, { b: 2 }],
      ],
    ],
  ])('with %s', (_, body, expected) => {
    expect(toldAnyway(ndjson, body)).toEqual(expected);
  });

  test('with broken UTF-8 rejects that line alone', () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n{"b":2}\n')]);
    expect(toldAnyway(ndjson, body)).toEqual([
      [1, 'broken-utf8'],
      [2, { b: 2 }],
    ]);
  });

  test('with 49,000 brackets rejects that line alone', () => {
    expect(told(ndjson, `{"a":${'['.repeat(49_000)}${']'.repeat(49_000)}}\n{"b":2}\n`)).toEqual([
      [1, 'too-deep'],
      [2, { b: 2 }],
    ]);
  });

  test.each([1000, 65_536, 20_000_000])(
    'with a line of 10 MB rejects that line alone, in pieces of %d bytes',
    (size) => {
      const body = `{"a":1}\r\n{"b":"${'x'.repeat(10_000_000)}"}\r\n{"c":3}\r\n`;
      expect(told(ndjson, body, size)).toEqual([
        [1, { a: 1 }],
        [2, 'too-long'],
        [3, { c: 3 }],
      ]);
    },
  );
});
