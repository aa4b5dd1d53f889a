import type { Chance } from '../../scripts/chance.ts';

/** Texts that some reader or other stumbles over. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\n',
  '\n{"level":60}',
  '\u001b[2J',
  '\ud800',
  '\ufeff',
  '\u2028',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '\u202e',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '__defineGetter__',
  'then',
  'length',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '0x10',
  '1_000',
  '١٢',
  '１９',
  '9007199254740993',
  '9'.repeat(400),
  '1.',
  '.5',
  '+1',
  '1,5',
  "' OR 1=1 --",
  '"; DROP TABLE x',
  '#{7*7}',
  '{{7*7}}',
  '<img src=x onerror=alert(1)>',
  '=1+1',
  '@SUM(A1)',
  '../../../etc/passwd',
  '..\\..\\',
  'file:///etc/passwd',
  'http://169.254.169.254/',
  '%',
  '%00',
  '%E0%A4%A',
  '%25',
  '*',
  '{reprice:0}:budget',
  'a:b',
  '$gt',
  'true',
  'false',
  '[]',
  '{}',
  '0',
  '-1',
  '1',
  '200',
  '201',
  'x'.repeat(257),
  'x'.repeat(5000),
  '('.repeat(300),
  `${'a'.repeat(3000)}!`,
  `${' '.repeat(3000)}x`,
  '\t=1',
  'USD',
  'XXX',
  'usd',
  'high',
  'live',
  'ndjson',
  'csv',
  '2026-11-21T10:00:00.000Z',
  '9999-12-31T23:59:59Z',
  '2026-02-30',
  '-271821-04-20',
  '90s',
  '7d',
  '999999999999d',
];

const oddNumbers: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.1,
  1.5,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  5e-324,
  25,
  26,
  1001,
];

/** A value of any kind that JSON can hold, at most `depth` deep. */
export function oddValue(chance: Chance, words: readonly string[], depth = 3): unknown {
  switch (chance.below(depth > 0 ? 9 : 6)) {
    case 0:
      return null;
    case 1:
      return chance.next() < 0.5;
    case 2:
      return chance.pick(oddNumbers);
    case 3:
    case 4:
      return chance.pick(oddTexts);
    case 5:
      return chance.pick(words);
    case 6:
      return Array.from({ length: chance.below(4) }, () => oddValue(chance, words, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: chance.below(5) }, () => [
          chance.next() < 0.7 ? chance.pick(words) : chance.pick(oddTexts),
          oddValue(chance, words, depth - 1),
        ]),
      );
  }
}

/** The bytes with some of them changed, doubled, left out or cut off. */
export function mutated(bytes: Buffer, chance: Chance): Buffer {
  let now = Buffer.from(bytes);
  for (let rounds = 1 + chance.below(4); rounds > 0; rounds--) {
    const at = chance.below(now.length + 1);
    const until = Math.min(now.length, at + chance.below(20));
    switch (chance.below(5)) {
      case 0:
        if (at < now.length) now[at] = chance.below(256);
        break;
      case 1:
        now = Buffer.concat([now.subarray(0, at), now.subarray(until)]);
        break;
      case 2:
        now = Buffer.concat([now.subarray(0, until), now.subarray(at)]);
        break;
      case 3:
        now = Buffer.concat([now.subarray(0, at), Buffer.from(chance.pick(oddTexts)), now.subarray(at)]);
        break;
      default:
        now = now.subarray(0, at);
    }
  }
  return now;
}
