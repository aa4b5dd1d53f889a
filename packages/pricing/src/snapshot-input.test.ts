import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from './snapshot.ts';
import { snapshotFields } from './snapshot-fields.ts';
import { snapshotInput } from './snapshot-input.ts';

const defaults = { currency: 'USD', nowMs: Date.UTC(2026, 10, 21), strategies: new Set(['balanced']) };

const text = [
  '',
  ' ',
  null,
  undefined,
  'x',
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(1001),
  5,
  true,
  {},
  [],
  '\ud800',
];
const moneyCells = [
  ...['12.90', ' 12.90 ', '12', '0.01', '100000000000.00', '', ' ', null, undefined],
  ...[
    12.9,
    1,
    0.1,
    '0',
    0,
    '-1',
    -1,
    -0,
    '1,99',
    '１９',
    'NaN',
    Number.NaN,
    'Infinity',
    Number.POSITIVE_INFINITY,
    '1e5',
  ],
  ...['0x10', '1.999', 0.001, '1'.repeat(40), '100000000000.01', 1e21, '.5', '5.', true, {}, ['1'], 'abc'],
];
const counts = [
  '5',
  5,
  ' 5 ',
  '0',
  0,
  1.5,
  '1.5',
  '',
  null,
  -1,
  '-1',
  '1e3',
  Number.NaN,
  1e13,
  '9'.repeat(15),
  'x',
  true,
  [],
];

/** Each value is put into an item that is good otherwise. */
const cells: Readonly<Record<string, readonly unknown[]>> = {
  sku: [
    'A1',
    ' A1 ',
    '',
    ' ',
    'x'.repeat(256),
    'x'.repeat(257),
    'a\u0000',
    '\ud800',
    '__proto__',
    7,
    1.5,
    -1,
    null,
    {},
  ],
  price: moneyCells,
  currency: ['USD', 'EUR', 'KWD', 'CLF', '', null, 'usd', 'XXX', 'XAU', 'US', 5, {}],
  cost: moneyCells,
  floor: moneyCells.filter((value) => value !== '12' && value !== '100000000000.00'),
  ceiling: moneyCells,
  map: moneyCells.filter((value) => value !== '100000000000.00'),
  stock: counts,
  capacity: counts,
  restockDays: [...counts, 3650, 3651, '3651'],
  demand: [...counts, 1000, 1001, '1000.5'],
  competitors: [
    ...['1|2', '1| 2 |', '', '|', '1|-2', '1|x', 5, 0, -1, null, undefined, {}, true, [], [1, '2.50'], [1, null, '']],
    ...[[0], ['x'], [[1]], [{}], ['1,5'], Array(100).fill(1), Array(101).fill(1)],
    ...[
      '15.00 USD',
      '15.00 EUR|3',
      '15.00 usd',
      '15.00 XXX',
      '1500 JPY',
      '15.0 JPY',
      '0 EUR',
      '-1 EUR',
      'USD 15',
      '1 EU',
    ],
    ...[
      ['15 EUR', { price: 3 }],
      [{ price: '3', currency: 'EUR' }],
      [{ price: 3, currency: null }],
      [{ currency: 'EUR' }],
    ],
    ...[
      { price: 1.5, currency: 'JPY' },
      { price: 1, currency: 5 },
      { price: 0, currency: 'EUR' },
    ].map((one) => [one]),
    ...[{ price: '', currency: 'EUR' }, { price: null }, { price: '9'.repeat(40) }, { price: 1, seller: 'x' }].map(
      (it) => [it],
    ),
    { price: 3, currency: 'EUR' },
  ],
  category: text.filter((value) => value !== 'x'.repeat(1001)),
  title: text,
  observedAt: [
    '2026-11-20T00:00:00Z',
    ' 2026-11-20 ',
    1_795_000_000_000,
    '',
    null,
    'x',
    '2026-02-30',
    -1,
    1.5,
    true,
    {},
  ],
  colour: ['red', null, {}],
};

describe('the schema and parseSnapshot take the same', () => {
  test.each(Object.keys(cells))('%s', (field) => {
    for (const value of cells[field] ?? []) {
      const item = { sku: 'A1', price: '12.90', currency: 'USD', [field]: value };
      const parsed = parseSnapshot(item, defaults).ok;
      expect(`${field} ${JSON.stringify(value)} ${snapshotInput.safeParse(item).success}`).toBe(
        `${field} ${JSON.stringify(value)} ${parsed}`,
      );
    }
  });

  test.each([
    [{ currency: 'JPY', price: '1.5' }],
    [{ currency: 'JPY', price: '15' }],
    [{ currency: 'KWD', price: '1.505' }],
    [{ currency: 'KWD', price: 1, cost: '1.5055' }],
    [{ floor: '15', ceiling: '10' }],
    [{ floor: '10', ceiling: '10' }],
    [{ map: '15', ceiling: '10' }],
    [{ currency: 'JPY', price: 1, competitors: '1|1.5' }],
  ])('%j', (part) => {
    const item = { sku: 'A1', price: '12.90', currency: 'USD', ...part };
    expect(snapshotInput.safeParse(item).success).toBe(parseSnapshot(item, defaults).ok);
  });
});

test('becomes a JSON Schema that names every field', () => {
  const schema = z.toJSONSchema(snapshotInput, { io: 'input' });
  expect(Object.keys(schema.properties ?? {}).sort()).toEqual([...snapshotFields].sort());
  expect(schema.required).toEqual(['sku', 'price']);
});
