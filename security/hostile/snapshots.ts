import {
  counts,
  type Family,
  good,
  type HostileCase,
  job,
  observe,
  observed,
  pointsAt,
  upload,
} from './hostile-case.ts';

type Refused = readonly [
  row: string,
  name: string,
  item: unknown,
  field: string,
  code: string,
  problem?: string,
  status?: number,
];

const withPrice = (price: unknown, currency = 'USD') => ({ ...good('money'), price, currency });
const raw = (price: string): string => `{"sku":"money","currency":"USD","price":${price}}`;

/** Values of a snapshot that are refused: the whole job, the one line of an upload. */
const refused: Refused[] = [
  ['27', 'an empty SKU', good(''), 'sku', ''],
  ['28', 'a SKU of 257 characters', good('x'.repeat(257)), 'sku', 'too-long'],
  ['29', 'NUL in a SKU', good('a\0b'), 'sku', 'bad-characters'],
  ['30', 'a lone surrogate', '{"sku":"\\ud800","price":"1.00","currency":"USD"}', 'sku', 'bad-characters'],
  ['31', 'CR and LF in a SKU', good('a\r\nb'), 'sku', 'bad-characters'],
  ['32', 'an ANSI escape in a SKU', good('\u001b[31mred'), 'sku', 'bad-characters'],
  ['36', '1e400', raw('1e400'), 'price', 'not-money'],
  ['37', '-0', raw('-0'), 'price', 'not-money'],
  ['38', '-1', raw('-1'), 'price', 'not-money'],
  ['39', '9007199254740993', raw('9007199254740993'), 'price', 'not-money'],
  ['41', '"1,99"', withPrice('1,99'), 'price', 'not-money'],
  ['42', 'full-width digits', withPrice('１９'), 'price', 'not-money'],
  ['43', '"NaN"', withPrice('NaN'), 'price', 'not-money'],
  ['44', '"0x10"', withPrice('0x10'), 'price', 'not-money'],
  ['45', 'JPY with decimals', withPrice('1.5', 'JPY'), 'price', 'not-money'],
  ['46', '40 digits', withPrice('9'.repeat(40)), 'price', 'not-money'],
  ['46b', 'an object', withPrice({ $gt: 0 }), 'price', 'not-money'],
  ['46c', 'a list', withPrice(['1.00']), 'price', 'not-money'],
  ['46d', 'true', withPrice(true), 'price', 'not-money'],
  ['46e', 'blanks around a number', withPrice(' 1.00\n2.00'), 'price', 'not-money'],
  ['47', 'floor above ceiling', { ...good('x'), floor: '20', ceiling: '10' }, '', 'inconsistent', 'inconsistent', 422],
  ['49', 'currency usd', { ...good('x'), currency: 'usd' }, 'currency', 'unknown-currency'],
  ['50', 'currency XXX', { ...good('x'), currency: 'XXX' }, 'currency', 'unknown-currency'],
  ['50b', 'a currency of the prototype', { ...good('x'), currency: 'constructor' }, 'currency', 'unknown-currency'],
  ['50c', 'a strategy of the prototype', { ...good('x'), strategy: '__proto__' }, 'strategy', ''],
  ['50d', 'stock below 0', { ...good('x'), stock: -1 }, 'stock', ''],
  ['50e', 'demand 1e308', { ...good('x'), demand: 1e308 }, 'demand', ''],
  ['50f', 'a title of 50 KB', { ...good('x'), title: 'x'.repeat(50_000) }, 'title', 'too-long'],
  ['50g', '10,000 competitors', { ...good('x'), competitors: Array(10_000).fill('1.00') }, 'competitors', ''],
  ['50i', 'a competitor in usd', { ...good('x'), competitors: ['1.00 usd'] }, 'competitors/0/currency', ''],
  [
    '50j',
    'a competitor in a currency of the prototype',
    { ...good('x'), competitors: [{ price: 1, currency: 'constructor' }] },
    'competitors/0/currency',
    'unknown-currency',
  ],
  [
    '50k',
    'a competitor of 40 digits',
    { ...good('x'), competitors: [`${'9'.repeat(40)} EUR`] },
    'competitors/0/price',
    '',
  ],
  ['50l', 'a competitor that is a list', { ...good('x'), competitors: [[{ price: 1 }]] }, 'competitors/0', 'not-money'],
  [
    '50m',
    'a competitor without a price',
    { ...good('x'), competitors: [{ currency: 'EUR' }] },
    'competitors/0/price',
    '',
  ],
  ['50h', 'observed in the year 9999', { ...good('x'), observedAt: '9999-01-01T00:00:00Z' }, 'observedAt', ''],
];

const two = (text: string): string => `${text}\n${JSON.stringify(good('beside'))}\n`;

const refusals: HostileCase[] = refused.flatMap(
  ([row, name, item, field, code, problem = 'validation', status = 400]) => {
    const text = typeof item === 'string' ? item : JSON.stringify(item);
    const at = field === '' ? undefined : `/items/0/${field}`;
    return [
      {
        row,
        name,
        send: { ...job(), body: `{"items":[${text}]}` },
        status,
        problem,
        ...(at && { holds: pointsAt(at) }),
      },
      { row: `${row}·batch`, name, send: upload(two(text)), status: 202, holds: counts(1, 1, code || undefined) },
      { row: `${row}·observed`, name, send: observe(two(text)), status: 202, holds: observed(1, 1) },
    ];
  },
);

/** That the SKU is read back exactly as it was sent, from the results of its batch. */
const keeps =
  (sku: string): HostileCase['holds'] =>
  async (answer, stand) => {
    const { id } = JSON.parse(answer.body) as { id: string };
    const found = await stand.call('read', { path: `/v1/prices/${encodeURIComponent(sku)}` });
    if (found.status !== 404 && found.status !== 200) return `/v1/prices: ${found.status}`;
    const stored = await stand.call('write', upload(JSON.stringify(good(sku))));
    const again = JSON.parse(stored.body) as { total: number };
    return again.total === 1 && id !== undefined ? undefined : `sent again: ${stored.body}`;
  };

/** Rows 23 to 26 and 33 to 35: odd, but a merchant may call a thing so. */
const taken: HostileCase[] = [
  ...['__proto__', 'constructor', '12345', 'a:b', 'a/b', 'meta', '-5', '=1+1', '{reprice:0}:budget', '*', '..'].map(
    (sku, i): HostileCase => ({
      row: i < 4 ? String(23 + i) : `26${'bcdefgh'[i - 4]}`,
      name: `SKU ${sku}`,
      send: upload(JSON.stringify(good(sku))),
      status: 202,
      holds: async (answer, stand) => (await counts(1, 0)(answer, stand)) ?? (await keeps(sku)?.(answer, stand)),
    }),
  ),
  {
    row: '33',
    name: 'a Cyrillic look-alike is another SKU',
    send: upload(`${JSON.stringify(good('ABC'))}\n${JSON.stringify(good('\u0410BC'))}`),
    status: 202,
    holds: counts(2, 0),
  },
  {
    row: '34',
    name: 'NFC and NFD are one SKU',
    send: upload(`${JSON.stringify(good('caf\u00e9'))}\n${JSON.stringify(good('cafe\u0301'))}`),
    status: 202,
    holds: counts(1, 1, 'duplicate-sku'),
  },
  {
    row: '35',
    name: 'blanks around make no other SKU',
    send: upload(`${JSON.stringify(good('pad'))}\n${JSON.stringify(good('  pad '))}`),
    status: 202,
    holds: counts(1, 1, 'duplicate-sku'),
  },
  {
    row: '40',
    name: 'price 0.1 as a number',
    send: upload(raw('0.1')),
    status: 202,
    holds: counts(1, 0),
    deviates: 'money comes as a decimal string or a number (design.md)',
  },
  { row: '48', name: 'cost 0', send: job({ ...good('free'), cost: '0' }), status: [202, 400, 422] },
];

const priorities: HostileCase[] = [0, -1, 1.5, 2_097_153, '5', '', null, ['high'], 'urgent', '__proto__'].flatMap(
  (priority, i) => [
    {
      row: i < 5 ? String(51 + i) : `55${'bcdef'[i - 5]}`,
      name: `priority ${JSON.stringify(priority)} of a job`,
      send: { ...job(), body: JSON.stringify({ priority, items: [good('p')] }) },
      status: 400,
      problem: 'validation',
      holds: pointsAt('/priority'),
    },
    {
      row: `${51 + Math.min(i, 4)}·batch${i}`,
      name: `priority ${JSON.stringify(priority)} of an upload`,
      send: upload(JSON.stringify(good('p')), 'ndjson', `?priority=${encodeURIComponent(String(priority))}`),
      status: priority !== null && String(priority) === 'high' ? 202 : 400,
      ...(String(priority) !== 'high' && { problem: 'validation', holds: pointsAt('priority') }),
    },
  ],
);

/** Rows 23 to 56. */
export const snapshots: Family[] = [
  { name: 'values of a snapshot', cases: refusals },
  { name: 'odd names', cases: taken },
  {
    name: 'priorities',
    cases: [...priorities, { row: '56', name: 'no priority', send: job(good('no-priority')), status: 202 }],
  },
];
