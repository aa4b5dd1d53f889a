import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { told, toldAnyway } from '../../test/recorded-rows.ts';
import { Problem } from '../problem/problem.ts';
import { JsonItemsParser } from './json.ts';
import type { RowSink } from './row-sink.ts';

const json = (sink: RowSink) => new JsonItemsParser(sink);

function refusal(body: string, size?: number): Problem {
  try {
    told(json, body, size);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('the body was taken');
}

describe('a JSON body', () => {
  test.each<[string, string, [number, unknown][]]>([
    [
      'two items',
      '{"items":[{"a":1},{"b":2}]}',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    [
      'blanks everywhere',
      ' {\n "items" : [ {"a" : 1} ,\r\n\t{"b":2} ] } \n',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    ['no items', '{"items":[]}', []],
    [
      'brackets and quotes in strings',
      '{"items":[{"a":"}],\\"{[\\\\"},{"b":2}]}',
      [
        [1, { a: '}],"{[\\' }],
        [2, { b: 2 }],
      ],
    ],
    ['nested items', '{"items":[{"a":[1,{"b":[]}]}]}', [[1, { a: [1, { b: [] }] }]]],
    [
      'items that are no objects',
      '{"items":[1,"x]",null,[2],{"a":1}]}',
      [
        [1, 'not-an-object'],
        [2, 'not-an-object'],
        [3, 'not-an-object'],
        [4, 'not-an-object'],
        [5, { a: 1 }],
      ],
    ],
    ['a byte order mark', '\ufeff{"items":[{"a":1}]}', [[1, { a: 1 }]]],
    ['a key named as a prototype', '{"items":[{"__proto__":1,"a":2}]}', [[1, JSON.parse('{"__proto__":1,"a":2}')]]],
  ])('with %s', (_, body, expected) => {
    expect(toldAnyway(json, body)).toEqual(expected);
  });

  test('is cut like JSON.parse reads it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))),
        fc.integer({ min: 1, max: 40 }),
        (items, size) => {
          const body = JSON.stringify({ items }).replaceAll('\ufffd', '?');
          const expected = (JSON.parse(body) as { items: unknown[] }).items;
          expect(told(json, body, size).map(([, input]) => input)).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ['cut', '{"items":[{"a":1}', 'ends before'],
    ['cut in a string', '{"items":[{"a":"', 'ends before'],
    ['{"a":', '{"a":', 'takes "items" only'],
    ['a string', '"items"', 'must be an object'],
    ['a number', '12', 'must be an object'],
    ['an array', ' [{"a":1}]', 'is a list, and must be an object: {"items": [ … ]}; or NDJSON'],
    ['trailing garbage', '{"items":[]}x', 'something follows'],
    ['two bodies', '{"items":[]}{}', 'something follows'],
    ['a broken item', '{"items":[{"a":1},{"b":}]}', 'item 2 is not valid JSON'],
    ['a trailing comma', '{"items":[{"a":1},]}', 'an item is expected'],
    ['no comma', '{"items":[{"a":1}{"b":2}]}', 'a comma or the end'],
    ['items twice', '{"items":[],"items":[]}', 'stands there twice'],
    ['a bare word', '{"items":[undefined]}', 'item 1 is not valid JSON'],
    ['brackets that do not match', '{"items":[{"a":[}]}]}', 'not valid JSON'],
  ])('that is malformed is refused: %s', (_, body, message) => {
    for (const size of [1, 5, 1000]) expect(refusal(body, size).message).toContain(message);
  });

  test('that is malformed is refused with the position', () => {
    expect(refusal('{"items":[{"a":1},{"b":}]}')).toMatchObject({ code: 'malformed-json', members: { position: 18 } });
  });

  test.each([
    ['{}', 'validation'],
    ['{"items":{}}', 'validation'],
    ['{"priority":"high","items":[]}', 'unknown-field'],
    ['{"items":[],"__proto__":1}', 'unknown-field'],
    [`{"${'k'.repeat(1_000_000)}":1}`, 'unknown-field'],
    [`{"items":[{"a":${'['.repeat(49_000)}`, 'too-deep'],
    [`{"items":${'['.repeat(21)}`, 'too-deep'],
  ])('%.30s is refused as %s', (body, code) => {
    expect(refusal(body).code).toBe(code);
  });

  test('with an item of 2 MB rejects that item alone', () => {
    for (const size of [65_536, 5_000_000]) {
      expect(told(json, `{"items":[{"a":1},{"b":"${'x'.repeat(2_000_000)}"},{"c":3}]}`, size)).toEqual([
        [1, { a: 1 }],
        [2, 'too-long'],
        [3, { c: 3 }],
      ]);
    }
  });

  test('with broken UTF-8 rejects that item alone', () => {
    const body = Buffer.concat([Buffer.from('{"items":[{"a":"'), Buffer.from([0xff]), Buffer.from('"},{"b":2}]}')]);
    expect(toldAnyway(json, body)).toEqual([
      [1, 'broken-utf8'],
      [2, { b: 2 }],
    ]);
  });
});
