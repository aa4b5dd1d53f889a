import type { Answer } from '../raw-http.ts';
import { type Json, redisPassword, type Stand } from '../stand.ts';
import { type HostileCase, line } from './hostile-case.ts';
import { jsonOf, linesTo, productOf, read, toSource, webhook } from './source-requests.ts';

const json = (text: string): unknown => JSON.parse(text);
const level = (more: object = {}): Record<string, unknown> => ({
  inventory_item_id: 7001,
  location_id: 1,
  available: 5,
  updated_at: '2026-11-20T12:00:00Z',
  ...more,
});
const woo = (more: object = {}): Record<string, unknown> => ({
  id: 1,
  type: 'simple',
  sku: 'WOO-1',
  price: '10.00',
  stock_status: 'instock',
  manage_stock: true,
  stock_quantity: 3,
  date_modified_gmt: '2026-11-20T12:00:00',
  ...more,
});
const offer = (more: object = {}): Record<string, unknown> => ({
  SellerId: 'RIVAL',
  ListingPrice: { Amount: 9.99, CurrencyCode: 'USD' },
  ...more,
});
const change = (offers: unknown, trigger: object = {}): Record<string, unknown> => ({
  NotificationType: 'ANY_OFFER_CHANGED',
  Payload: {
    AnyOfferChangedNotification: {
      OfferChangeTrigger: { ASIN: 'B00HOSTILE1', TimeOfOfferChange: '2026-11-20T12:00:00Z', ...trigger },
      Offers: offers,
    },
  },
});
/** A body in a body in a body. */
const wrapped = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>(
    (inside) => ({ Records: [{ body: JSON.stringify(inside) }] }),
    change([]),
  );

/** What stands where a text, a number or an object should. */
const odd: readonly unknown[] = [
  null,
  true,
  [],
  {},
  [[]],
  '',
  ' ',
  json('1e400'),
  json('9007199254740993'),
  -0.5,
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
];

const all = (row: string, name: string, source: string, payloads: readonly unknown[]): HostileCase =>
  line(row, name, linesTo(source, payloads), 202, undefined, { holds: allAside(payloads.length) });

/** That each payload was put aside, and nothing taken. */
const allAside = (payloads: number): NonNullable<HostileCase['holds']> => {
  return ({ body }: Answer) => {
    const { accepted, stale, quarantined } = JSON.parse(body) as Json;
    const isRight = accepted === 0 && stale === 0 && Number(quarantined) >= payloads;
    return isRight ? undefined : `instead of ${payloads} put aside: ${body.slice(0, 400)}`;
  };
};

/** That no secret and no person stands in what was put aside. */
const isDiscreet: NonNullable<HostileCase['holds']> = async (_, stand: Stand) => {
  const { body } = await stand.call('read', { path: '/v1/quarantine?source=shop&limit=20' });
  const told = /jane@|hunter2|marker-/.exec(body);
  return told === null ? undefined : `the quarantine tells ${told[0]}`;
};

const polluted = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},';

const shop: HostileCase[] = [
  all(
    'V50',
    'SKUs of a product that are none',
    'shop',
    odd.map((sku) => productOf(sku)),
  ),
  all('V51', 'variants that are no list, and a list of none', 'shop', [
    ...odd.filter((one) => !Array.isArray(one)).map((variants) => productOf('a', { variants })),
    productOf('a', { variants: [null, 1, [], 'x', {}] }),
  ]),
  all(
    'V52',
    'times of a product that are none',
    'shop',
    [...odd, 0, '9999-12-31', '2026-13-01T00:00:00Z', '2026-11-20T12:00:00'].map((updated_at) =>
      productOf('a', { updated_at }),
    ),
  ),
  all(
    'V53',
    'prices that are none',
    'shop',
    [-1, '-1', '1e5', '0x10', '１２', '1,000.00', json('1e400'), [], {}, true, '9'.repeat(30)].map((price, i) =>
      productOf(`P-${i}`, {}, { price, inventory_item_id: 7200 + i }),
    ),
  ),
  all('V54', 'levels whose ids, stock or time are none', 'shop', [
    ...odd.map((inventory_item_id) => level({ inventory_item_id })),
    ...odd.map((location_id) => level({ location_id })),
    ...odd.filter((one) => one !== null && one !== -0.5).map((available) => level({ available })),
    ...odd.map((updated_at) => level({ updated_at })),
  ]),
  line(
    'V55',
    'a stock of 10^300, and one of -10^300: the total counts',
    linesTo('shop', [
      level({ inventory_item_id: 1, available: 1e300 }),
      level({ inventory_item_id: 2, available: -1e300 }),
      productOf('BIG-1', {}, { inventory_item_id: 1 }),
    ]),
    202,
    undefined,
    { holds: read(1, 2) },
  ),
  line(
    'V56',
    'prototypes in a product and its variant',
    webhook(`${polluted}"updated_at":"2026-11-20T12:00:00Z","variants":[${polluted}"sku":"PROTO-1","price":"1.00"}]}`),
    202,
    undefined,
    { who: 'none', holds: read(1, 0) },
  ),
  line(
    'V57',
    'a variant of nothing but a prototype',
    webhook('{"updated_at":"2026-11-20T12:00:00Z","variants":[{"__proto__":{"sku":"PROTO-2","price":"1.00"}}]}'),
    202,
    undefined,
    { who: 'none', holds: read(0, 1) },
  ),
  line(
    'V58',
    'a product in the year 9999, and then one of today',
    linesTo('shop', [
      productOf('FUTURE-1', { updated_at: '9999-01-01T00:00:00Z' }, { inventory_item_id: 7300 }),
      productOf('FUTURE-1', {}, { inventory_item_id: 7301 }),
    ]),
    202,
    undefined,
    { holds: read(1, 1) },
  ),
  line(
    'V59',
    'secrets and people in what is put aside',
    webhook(
      JSON.stringify({
        note: redisPassword,
        email: 'jane@example.com',
        nested: { password: 'hunter2', text: 'of jane@example.com' },
        variants: {},
      }),
      { headers: { 'x-shopify-topic': 'products/update' } },
    ),
    202,
    undefined,
    { who: 'none', holds: isDiscreet },
  ),
  line(
    'V60',
    'a topic of 8 KB',
    webhook(JSON.stringify(productOf('T-1')), { headers: { 'x-shopify-topic': 'x'.repeat(8000) } }),
    202,
    undefined,
    { who: 'none', holds: read(0, 1) },
  ),
  line(
    'V61',
    'an id of a webhook that would be a key of Redis',
    webhook(JSON.stringify(productOf('T-2', {}, { inventory_item_id: 7400 })), {
      headers: { 'x-shopify-webhook-id': '}:{reprice:0}:freeze' },
    }),
    202,
    undefined,
    { who: 'none', holds: read(1, 0) },
  ),
  line(
    'V62',
    'ids of items and places that would be keys of Redis',
    linesTo('shop', [
      level({ inventory_item_id: '}:{x}*\u0007 1', location_id: 'l:x 1 9' }),
      level({ inventory_item_id: '../..', location_id: '\n' }),
    ]),
    202,
    undefined,
    { holds: read(0, 2) },
  ),
];

const others: HostileCase[] = [
  all('V63', 'products of WooCommerce that are none', 'woo', [
    ...odd.map((sku) => woo({ sku })),
    ...odd.map((one) => woo({ date_modified_gmt: one })),
    ...[[], 1, 'x'].map((one) => one),
  ]),
  line(
    'V64',
    'a stock of WooCommerce that is none is not known',
    linesTo(
      'woo',
      odd.map((stock_quantity, i) => woo({ sku: `W-${i}`, stock_quantity, price: '10.00' })),
    ),
    202,
    undefined,
    {
      holds: ({ body }) =>
        Number((JSON.parse(body) as Json).accepted) + Number((JSON.parse(body) as Json).quarantined) === odd.length
          ? undefined
          : body.slice(0, 300),
    },
  ),
  all('V65', 'notifications that are none', 'amazon', [
    ...odd.map((Payload) => ({ NotificationType: 'ANY_OFFER_CHANGED', Payload })),
    ...odd.map((ASIN) => change([], { ASIN })),
    ...odd.filter((one) => !Array.isArray(one)).map((offers) => change(offers)),
    wrapped(9),
  ]),
  all(
    'V66',
    'an ASIN that every object has',
    'amazon',
    ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((ASIN) => change([], { ASIN })),
  ),
  line(
    'V67',
    'offers that are none cost themselves alone',
    toSource(
      'amazon',
      jsonOf(
        change([
          ...odd,
          ...odd.map((Amount) => offer({ ListingPrice: { Amount, CurrencyCode: 'USD' } })),
          offer({ Points: { PointsMonetaryValue: { Amount: 99, CurrencyCode: 'USD' } } }),
          offer(),
        ]),
      ),
    ),
    202,
    undefined,
    {
      given: (stand) =>
        stand.json('write', 'POST', '/v1/observations', { items: [{ sku: 'seen', price: '12.90', currency: 'USD' }] }),
      holds: read(1, 2 * odd.length + 1),
    },
  ),
  line(
    'V68',
    '20,000 offers',
    toSource('amazon', JSON.stringify(change(Array.from({ length: 20_000 }, () => offer())))),
    202,
    undefined,
    { holds: read(1, 0) },
  ),
  line(
    'V69',
    '20,000 records of nothing',
    toSource('amazon', JSON.stringify({ Records: Array.from({ length: 20_000 }, () => ({})) })),
    202,
    undefined,
    {
      holds: ({ body }) =>
        body.length < 60_000 ? read(0, 20_000)({ body } as Answer, undefined as never) : `${body.length} bytes`,
      slow: true,
    },
  ),
  line(
    'V70',
    'a feed of 10,000 columns',
    toSource(
      'google',
      `id\tprice\t${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join('\t')}\nG-1\t1.00 EUR\n`,
      'text/tab-separated-values',
    ),
    202,
    undefined,
    { holds: read(1, 0) },
  ),
  line(
    'V71',
    'columns that every object has',
    toSource('google', 'id\tprice\t__proto__\tconstructor\nG-2\t1.00 EUR\tx\ty\n', 'text/tab-separated-values'),
    202,
    undefined,
    { holds: read(1, 0) },
  ),
  line(
    'V72',
    'quotes, NUL, broken UTF-8, and a line of 300 KB',
    toSource(
      'google',
      Buffer.concat([
        Buffer.from('id\tprice\n"G-3\t1.00 EUR\nG\0-4\t1.00 EUR\nG-'),
        Buffer.from([0xff]),
        Buffer.from(`\t1.00 EUR\n${'x'.repeat(300_000)}\t1\nG-5\t1.00 EUR\n`),
      ]),
      'text/tab-separated-values',
    ),
    202,
    undefined,
    { holds: read(1, 4) },
  ),
  line(
    'V73',
    'a feed in UTF-16',
    toSource('google', Buffer.from('\ufeffid\tprice\nG\t1.00 EUR\n', 'utf16le'), 'text/tab-separated-values'),
    [400, 415],
  ),
  all(
    'V74',
    'JSON by pointers: SKUs that are none',
    'own',
    odd.map((id) => ({ id, n: 1, p: 1, t: '2026-11-20T12:00:00Z' })),
  ),
  line(
    'V75',
    'NDJSON: a broken line, a list, brackets',
    linesTo('own', ['{"id":', '[1]', '['.repeat(5000), { id: 'OWN-1', p: 1, t: '2026-11-20T12:00:00Z' }]),
    202,
    undefined,
    { holds: read(1, 3) },
  ),
  line(
    'V76',
    'NDJSON, one line of 10 MB',
    toSource(
      'own',
      `${JSON.stringify({ id: 'OWN-2', p: 1, t: '2026-11-20T12:00:00Z' })}\n"${'x'.repeat(10_000_000)}"\n`,
      'application/x-ndjson',
    ),
    202,
    undefined,
    { holds: read(1, 1) },
  ),
  line('V77', '33 MB of JSON', toSource('own', `"${'x'.repeat(33 * 1_048_576)}"`), 413, 'payload-too-large', {
    slow: true,
  }),
  line(
    'V78',
    '300,000 items that are none, in one list',
    toSource('own', `[${'1,'.repeat(299_999)}1]`),
    202,
    undefined,
    {
      holds: read(0, 300_000),
    },
  ),
];

/** What sources send that is not what they should. */
export const sourcePayloads = [...shop, ...others];
