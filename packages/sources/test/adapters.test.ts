import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  isSigned,
  isWooPing,
  Reading,
  readSource,
  readTable,
  type SourceSettings,
  signatureOf,
  sourceSettingsSchema,
  TableReader,
  tableFault,
} from '../src/index.ts';
import * as samples from './samples.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const settings = (input: object): SourceSettings => sourceSettingsSchema.parse(input);
const read = (source: object, payload: unknown, headers: Record<string, string> = {}) =>
  readSource(settings(source), payload, { nowMs, headers });
const reasons = (reading: ReturnType<typeof read>) => reading.quarantined.map(({ reason }) => reason);

describe('Shopify', () => {
  const shop = { kind: 'shopify', currency: 'USD' };

  it('tells the variants of a product, each with its item, and puts those without a SKU aside', () => {
    const reading = read(shop, samples.shopifyProduct, { 'x-shopify-topic': 'products/update' });
    expect(reading.items).toEqual([
      {
        id: '49148385',
        atMs: Date.UTC(2026, 10, 21, 14, 30, 13),
        total: 16,
        observation: {
          sku: 'NECK-CLEAR',
          observedAt: '2026-11-21T14:30:13.000Z',
          price: '33.99',
          currency: 'USD',
          title: 'Crystal necklace',
        },
        excerpt: expect.stringContaining('NECK-CLEAR'),
      },
    ]);
    expect(reasons(reading)).toEqual(['no-sku']);
  });

  it('takes no variant whose SKU another one of the product bears too: nobody knows whose price and stock is meant', () => {
    const variants = ['A', 'B', ' A', 'Caf\u00e9', 'Cafe\u0301'].map((sku, i) => ({
      ...samples.shopifyProduct.variants[0],
      inventory_item_id: i + 1,
      sku,
    }));
    const reading = read(shop, { ...samples.shopifyProduct, variants });
    expect(reading.items).toMatchObject([{ id: '2', observation: { sku: 'B' } }]);
    expect(reasons(reading)).toEqual(['same-sku', 'same-sku', 'same-sku', 'same-sku']);
    expect(reading.quarantined[0]).toMatchObject({
      detail: expect.stringContaining('2 variants of this product have the SKU A'),
      excerpt: expect.stringContaining('"inventory_item_id":1'),
    });
  });

  it('tells a level of stock, that it is not counted too, and knows both shapes without a topic', () => {
    expect(read(shop, samples.shopifyLevel).levels).toMatchObject([
      { id: '49148385', place: '905684977', atMs: Date.UTC(2026, 10, 21, 14, 30, 12), available: 6 },
    ]);
    const level = (change: object) => read(shop, { ...samples.shopifyLevel, ...change });
    expect(level({ available: -3 }).levels).toMatchObject([{ available: 0 }]);
    expect(level({ available: null }).levels).toMatchObject([{ available: undefined }]);
    for (const wrong of [
      { available: 'many' },
      { available: 1e300 },
      { location_id: 'a\u0000' },
      { inventory_item_id: '\ud800' },
      { updated_at: 'yesterday' },
      { location_id: null },
    ])
      expect(reasons(level(wrong))).toEqual(['shape']);
    expect(read(shop, samples.shopifyProduct).items).toHaveLength(1);
    const here = { ...shop, locations: [1] };
    expect(read(here, samples.shopifyLevel)).toMatchObject({ levels: [], unused: { 'other-location': 1 } });
    expect(read(here, samples.shopifyProduct).items[0]).not.toHaveProperty('total');
  });

  it('counts the variants that Shopify only lists, beyond the hundredth, and takes no id that JSON has rounded', () => {
    const gids = Array.from({ length: 130 }, (_, i) => ({ admin_graphql_api_id: `gid://shopify/ProductVariant/${i}` }));
    const many = { ...samples.shopifyProduct, variant_gids: gids };
    expect(read(shop, many)).toMatchObject({ items: [{}], unused: { 'variant-beyond-100': 128 } });
    // As its test notification has it.
    const rounded = JSON.parse('{"inventory_item_id":271878346596884015,"location_id":24826418,"available":null}');
    expect(read(shop, { ...samples.shopifyLevel, ...rounded }).quarantined).toMatchObject([
      { reason: 'shape', detail: expect.stringContaining('below 2^53') },
    ]);
  });

  it('makes no SKU of the product that its test notification tells of', () => {
    const variants = [{ sku: 'example-shirt-s', price: '19.99', inventory_item_id: null, inventory_quantity: 75 }];
    const madeUp = JSON.parse('{"id":788032119674292922,"updated_at":"2026-11-21T11:59:00Z"}');
    const reading = read(shop, { ...madeUp, variants }, { 'x-shopify-topic': 'products/update' });
    expect(reading).toMatchObject({ observations: [], items: [] });
    expect(reading.quarantined).toMatchObject([{ reason: 'shape', detail: expect.stringContaining('below 2^53') }]);
  });

  it('puts other topics aside without what they tell of people', () => {
    const order = { id: 1, email: 'jane@example.com', customer: { first_name: 'Jane' } };
    const reading = read(shop, order, { 'x-shopify-topic': 'orders/create' });
    expect(reading.quarantined).toMatchObject([{ reason: 'other-topic', excerpt: 'an object of id, email, customer' }]);
  });
});

describe('Amazon', () => {
  const amazon = { kind: 'amazon', ownSellers: ['A4EXAMPLESISTER'], skus: { B00EXAMPLE01: ['AMZ-1', 'AMZ-2'] } };
  const observation = {
    observedAt: '2026-11-18T14:31:09.116Z',
    competitors: [
      { price: '13.95', currency: 'USD' },
      { price: '16.25', currency: 'USD' },
    ],
  };

  it("tells what buyers pay others, without one's own offers and those of sister accounts", () => {
    const reading = read(amazon, samples.anyOfferChanged);
    expect(reading.observations).toEqual([
      { sku: 'AMZ-1', ...observation },
      { sku: 'AMZ-2', ...observation },
    ]);
    expect(reading.quarantined).toEqual([]);
  });

  it('counts no used ones among new ones, nor new ones among used ones', () => {
    const change = structuredClone(samples.anyOfferChanged);
    const told = change.Payload.AnyOfferChangedNotification;
    const [, rival] = told.Offers as [unknown, (typeof told.Offers)[0]];
    told.Offers = [
      { ...rival, SubCondition: 'new' },
      { ...rival, SubCondition: 'like_new' },
    ];
    expect(read(amazon, change).observations[0]?.competitors).toHaveLength(1);
    told.OfferChangeTrigger.ItemCondition = 'used';
    expect(read({ ...amazon, condition: 'used' }, change).observations[0]?.competitors).toHaveLength(1);
    told.Offers = told.Offers.map(({ SubCondition: _, ...offer }) => offer) as typeof told.Offers;
    expect(read({ ...amazon, condition: 'used' }, change).observations[0]?.competitors).toHaveLength(2);
  });

  it('reads camel-case, and takes points off', () => {
    expect(read(amazon, samples.camelOfferChanged).aliased).toMatchObject([
      { id: 'B00EXAMPLE02', observation: { competitors: [{ price: '2310', currency: 'JPY' }] } },
    ]);
  });

  const text = JSON.stringify(samples.anyOfferChanged);
  const sns = { Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:us-east-1:1:t', Message: text };
  it.each<[string, unknown]>([
    ['SQS for Lambda', { Records: [{ messageId: 'm', eventSource: 'aws:sqs', body: text }] }],
    ['a receive call of SQS', { Messages: [{ MessageId: 'm', ReceiptHandle: 'r', Body: text }] }],
    ['SNS', sns],
    ['SNS in SQS', { Records: [{ messageId: 'm', body: JSON.stringify(sns) }] }],
    ['SNS for Lambda', { Records: [{ EventSource: 'aws:sns', Sns: sns }] }],
    [
      'EventBridge',
      { version: '0', 'detail-type': 'ANY_OFFER_CHANGED', source: 'aws.partner/x', detail: samples.anyOfferChanged },
    ],
    ['a pipe of EventBridge', [{ messageId: 'm', body: text }]],
  ])('takes it out of %s', (_, message) => {
    expect(read(amazon, message).observations).toEqual([
      { sku: 'AMZ-1', ...observation },
      { sku: 'AMZ-2', ...observation },
    ]);
  });

  it('puts an offer aside that cannot be read, and other notifications; other conditions and markets mean nothing', () => {
    const change = structuredClone(samples.anyOfferChanged);
    const told = change.Payload.AnyOfferChangedNotification;
    told.Offers[1] = { ...told.Offers[1], Shipping: { Amount: 1, CurrencyCode: 'EUR' } } as (typeof told.Offers)[0];
    told.Offers[3] = { ...told.Offers[3], SellerId: '' } as (typeof told.Offers)[0];
    const reading = read(amazon, change);
    expect(reading.observations[0]).toMatchObject({ competitors: [{ price: '13.95' }] });
    expect(reasons(reading)).toEqual(['offer', 'offer']);
    told.OfferChangeTrigger.ItemCondition = 'Used';
    expect(read(amazon, change)).toMatchObject({ observations: [], unused: { 'other-condition': 1 } });
    const elsewhere = { ...amazon, marketplaces: ['A1PA6795UKMFR9'] };
    expect(read(elsewhere, samples.anyOfferChanged)).toMatchObject({
      observations: [],
      unused: { 'other-marketplace': 1 },
    });
    expect(reasons(read(amazon, { NotificationType: 'PRICING_HEALTH' }))).toEqual(['other-topic']);
    for (const none of [{}, [], 'x', null, 7, { Records: [{ body: 'no JSON' }] }])
      expect(reasons(read(amazon, none)).every((reason) => reason === 'shape')).toBe(true);
    expect(read(amazon, samples.anyOfferChanged.Payload).quarantined).toHaveLength(1);
  });

  it('learns which SKUs stand behind an ASIN from the listing report', () => {
    const lines = new TableReader();
    const all = [...lines.push(Buffer.from(samples.amazonListings)), ...lines.end()];
    expect(tableFault(settings(amazon), lines.columns ?? [])).toBeUndefined();
    const reading = readTable(settings(amazon), all, { nowMs });
    expect(reading.aliases).toEqual([
      { id: 'B00EXAMPLE01', sku: 'AMZ-NECK' },
      { id: 'B00EXAMPLE01', sku: 'AMZ-NECK-FBA' },
    ]);
    expect(reasons(reading)).toEqual(['shape']);
  });
});

describe('WooCommerce', () => {
  const woo = { kind: 'woocommerce', currency: 'EUR' };
  const product = (change: object) => read(woo, { ...samples.wooProduct, ...change });

  it('tells price, stock and time of a product', () => {
    expect(product({}).observations).toEqual([
      {
        sku: 'WOO-794',
        observedAt: '2026-11-21T09:01:14.000Z',
        price: '19.99',
        currency: 'EUR',
        title: 'Premium Quality',
        stock: 7,
      },
    ]);
  });

  it.each<[object, number | null]>([
    [{ stock_quantity: -2 }, 0],
    [{ manage_stock: false, stock_quantity: null }, null],
    [{ manage_stock: false, stock_quantity: null, stock_status: 'outofstock' }, 0],
    [{ manage_stock: false, stock_quantity: null, stock_status: 'onbackorder' }, null],
    [{ type: 'variation', manage_stock: 'parent', stock_quantity: 3 }, 3],
  ])('with %j has the stock %s', (change, stock) => {
    expect(product(change).observations).toMatchObject([{ stock }]);
  });

  it('puts aside what is no product, or has no SKU; parents and deleted products tell nothing', () => {
    expect(product({ type: 'variable' })).toMatchObject({ observations: [], unused: { 'parent-product': 1 } });
    expect(reasons(product({ sku: '' }))).toEqual(['no-sku']);
    expect(reasons(read(woo, { id: 5 }))).toEqual(['shape']);
    expect(reasons(read(woo, {}, { 'x-wc-webhook-topic': 'order.created' }))).toEqual(['other-topic']);
    expect(read(woo, { id: 5 }, { 'x-wc-webhook-topic': 'product.deleted' }).unused).toEqual({ 'deleted-product': 1 });
    expect(product({ price: '' }).observations[0]).not.toHaveProperty('price');
  });

  it('knows the ping of a new webhook', () => {
    expect(isWooPing(Buffer.from('webhook_id=17'))).toBe(true);
    for (const other of ['', 'webhook_id=', 'webhook_id=17&a=b', '{}'])
      expect(isWooPing(Buffer.from(other))).toBe(false);
  });
});

describe('Google Merchant', () => {
  const google = settings({ kind: 'google-merchant' });

  it.each([1, 7, 4096])('reads a feed in pieces of %i bytes, bad lines alone', (size) => {
    const reader = new TableReader();
    const bytes = Buffer.from(`\ufeff${samples.googleFeed}`);
    const all = [];
    for (let at = 0; at < bytes.length; at += size) all.push(...reader.push(bytes.subarray(at, at + size)));
    all.push(...reader.end());
    expect(tableFault(google, reader.columns ?? [])).toBeUndefined();
    const reading = readTable(google, all, { nowMs });
    expect(reading.observations).toEqual([
      {
        sku: 'TEE-1',
        price: '15.00',
        cost: '8.00',
        floor: '11.00',
        currency: 'GBP',
        stock: null,
        title: 'Google T-shirt',
      },
      { sku: 'TV-19', price: '89.90', currency: 'GBP', stock: 0, title: '19" monitor' },
      { sku: 'TEE-2', price: '1500', currency: 'JPY', stock: null, title: 'A "quoted" one' },
    ]);
    expect(reading.quarantined.map(({ reason, detail }) => `${reason} ${detail}`)).toEqual([
      'not-money Line 4: price is "15,00 GBP"; it takes an amount and a currency, such as 15.00 GBP.',
      'line Line 5: its quotes do not fit: a quoted cell is quoted as a whole, quotes inside doubled.',
      'no-price Line 6: it has no price.',
    ]);
  });

  it.each([
    ['2026-11-21T03:00-0800/2026-11-21T05:00-0800', '9.00'],
    ['2026-11-21T13:01+0100/2026-11-25T23:59+0100', '10.00'],
    ['2026-11-20/2026-11-21', '9.00'],
    ['2026-11-19/2026-11-20', '10.00'],
    ['2026-11-20T08:00/2026-11-25T08:00', 'not-a-time'],
    ['2026-11-20T08:00Z', 'not-a-time'],
    ['always', 'not-a-time'],
  ])('with the sale dates %s has the price %s at noon', (dates, expected) => {
    const reader = new TableReader();
    reader.push(Buffer.from('id\tprice\tsale_price\tsale_price_effective_date\n'));
    const lines = reader.push(Buffer.from(`A\t10.00 EUR\t9.00 EUR\t${dates}\n`));
    const { observations, quarantined } = readTable(google, lines, { nowMs });
    expect(observations[0]?.price ?? quarantined[0]?.reason).toBe(expected);
  });

  it('knows quotes as spreadsheets write them', () => {
    const cells = (line: string): unknown => {
      const reader = new TableReader();
      reader.push(Buffer.from('a,b,c\n'));
      const [found] = reader.push(Buffer.from(`${line}\n`));
      return found && 'cells' in found ? Object.values(found.cells) : found;
    };
    expect(cells('"1,5","say ""hi""",')).toEqual(['1,5', 'say "hi"', '']);
    expect(cells('x,19" wide,"z"')).toEqual(['x', '19" wide', 'z']);
    expect(cells('"","",""')).toEqual(['', '', '']);
    for (const wrong of ['"a,b,c', 'a,"b"c,d', 'a,b,"', '"a"""b,c,d'])
      expect(cells(wrong)).toMatchObject({ fault: expect.stringContaining('quotes do not fit') });
    expect(cells('a,b,c,d')).toMatchObject({ fault: '4 cells under 3 columns' });
  });

  it('holds of a line no more than the line has, however many columns the header names', () => {
    const reader = new TableReader();
    const many = Array.from({ length: 30_000 }, (_, i) => `c${i}`).join('\t');
    reader.push(Buffer.from(`id\tprice\t${many}\n`));
    const lines = reader.push(Buffer.from('A\t1.00 EUR\n'.repeat(100)));
    expect(lines[99]).toEqual({ line: 101, cells: { id: 'A', price: '1.00 EUR' } });
    expect(readTable(google, lines, { nowMs }).observations).toHaveLength(100);
  });

  it('says which columns are missing, and survives lines that never end', () => {
    expect(tableFault(google, ['id', 'titel'])).toBe('The table has no column price.');
    const reader = new TableReader();
    reader.push(Buffer.from('id\tprice\n'));
    const found = Array.from({ length: 10 }, () => reader.push(Buffer.alloc(60_000, 'x'))).flat();
    found.push(...reader.push(Buffer.from('\nA\t1.00 EUR\n')), ...reader.end());
    expect(found).toMatchObject([
      { line: 2, fault: expect.stringContaining('more than') },
      { line: 3, cells: { id: 'A' } },
    ]);
  });
});

it('zeros that a currency has no room for are none: 1500.00 yen', () => {
  const price = '1500.00';
  const woo = read({ kind: 'woocommerce', currency: 'JPY' }, { ...samples.wooProduct, price });
  const [variant] = samples.shopifyProduct.variants;
  const product = { ...samples.shopifyProduct, variants: [{ ...variant, price }] };
  const shop = (currency: string) => read({ kind: 'shopify', currency }, product).items[0]?.observation.price as string;
  expect([woo.observations[0]?.price, shop('JPY'), shop('EUR'), shop('KWD')]).toEqual(['1500', '1500', price, price]);
  const reader = new TableReader();
  reader.push(Buffer.from('id\tprice\n'));
  const lines = reader.push(Buffer.from('A\t1500.00 JPY\nB\t1500.50 JPY\nC\t1.2340 KWD\n'));
  const feed = readTable(settings({ kind: 'google-merchant' }), lines, { nowMs });
  expect(feed.observations.map((one) => one.price)).toEqual(['1500', '1.234']);
  expect(reasons(feed)).toEqual(['not-money']);
});

describe('JSON by pointers', () => {
  const own = {
    kind: 'json',
    items: '/data/offers',
    fields: {
      sku: '/product/code',
      price: '/price/amount',
      stock: '/units',
      observedAt: '/ts',
      competitors: { list: '/rivals', price: '/p', currency: '/c' },
    },
    currency: 'EUR',
    time: 'seconds',
  };

  it('finds items and fields where the config says', () => {
    const item = {
      product: { code: 42 },
      price: { amount: '9.99' },
      units: 3,
      ts: 1_795_255_200.25,
      rivals: [{ p: '9.50', c: 'USD' }, { p: 8 }],
    };
    expect(read(own, { data: { offers: [item] } }).observations).toEqual([
      {
        sku: '42',
        price: '9.99',
        stock: 3,
        observedAt: 1_795_255_200_250,
        currency: 'EUR',
        competitors: [
          { price: '9.50', currency: 'USD' },
          { price: 8, currency: 'EUR' },
        ],
      },
    ]);
  });

  it('puts aside what does not fit, item by item', () => {
    const offers = [{}, { product: { code: 'a' } }, { product: { code: 'b' }, units: 1, ts: 'soon' }, null, 5];
    expect(reasons(read(own, { data: { offers } }))).toEqual(['no-sku', 'no-fields', 'not-a-time', 'no-sku', 'no-sku']);
    expect(reasons(read(own, { data: {} }))).toEqual(['shape']);
    const rounded = JSON.parse(
      '{"data":{"offers":[{"product":{"code":123456789012345678},"units":1,"ts":1795255200}]}}',
    );
    expect(read(own, rounded).quarantined).toMatchObject([
      { reason: 'no-sku', detail: expect.stringContaining('2^53') },
    ]);
    const bare = { kind: 'json', fields: { sku: '/id', stock: '/n' } };
    expect(read(bare, { id: 'a', n: 1 }).observations).toEqual([{ sku: 'a', stock: 1 }]);
    expect(
      read(bare, [
        { id: 'a', n: 1 },
        { id: 'b', n: 2 },
      ]).observations,
    ).toHaveLength(2);
  });

  it.each(['price', '/a/~2', '/__proto__/x', '/constructor'])('refuses the pointer %s', (sku) => {
    expect(sourceSettingsSchema.safeParse({ kind: 'json', fields: { sku, stock: '/n' } }).success).toBe(false);
  });
});

describe('a signature', () => {
  const shop = settings({ kind: 'shopify', secrets: ['new-secret-1', 'old-secret-1'] });
  const body = Buffer.from('{"a":1}');
  const sign = (secret: string) => createHmac('sha256', secret).update(body).digest('base64');

  it('fits with either secret and with no other, and not another body', () => {
    expect(isSigned(shop, body, sign('new-secret-1'))).toBe(true);
    expect(isSigned(shop, body, sign('old-secret-1'))).toBe(true);
    expect(isSigned(shop, Buffer.from('{"a":2}'), sign('new-secret-1'))).toBe(false);
    for (const wrong of [sign('others-secret'), '', 'x', sign('new-secret-1').slice(0, -4), `${sign('new-secret-1')}x`])
      expect(isSigned(shop, body, wrong)).toBe(false);
  });

  it('counts only where a secret is configured', () => {
    const headers = { 'x-shopify-hmac-sha256': 'abc' };
    expect(signatureOf(shop, headers)).toBe('abc');
    expect(signatureOf(settings({ kind: 'shopify' }), headers)).toBeUndefined();
    expect(signatureOf(settings({ kind: 'amazon' }), headers)).toBeUndefined();
    expect(signatureOf(settings({ kind: 'woocommerce', secret: 'secret-of-woo' }), headers)).toBeUndefined();
  });
});

it('a payload of 140,000 items is read and stored in parts', () => {
  const whole = new Reading();
  whole.add(read({ kind: 'json', fields: { sku: '/sku', stock: '/n' } }, new Array(140_000).fill(1)));
  whole.skip('other');
  const parts = [...whole.parts(50_000)];
  expect(parts.map(({ quarantined, unused }) => [quarantined.length, unused.other])).toEqual([
    [50_000, 1],
    [50_000, undefined],
    [40_000, undefined],
  ]);
});

describe('an excerpt', () => {
  it('holds neither secrets nor what tells of people, and is short', () => {
    const payload = {
      id: 5,
      email: 'jane@example.com',
      nested: { api_key: 'k-123', billing: { city: 'Paris' }, list: Array.from({ length: 50 }, (_, i) => i) },
      long: 'x'.repeat(5000),
      text: 'write to jim@example.com',
    };
    const reading = read({ kind: 'json', fields: { sku: '/sku', stock: '/n' } }, payload);
    const excerpt = reading.quarantined[0]?.excerpt ?? '';
    expect(excerpt).not.toMatch(/jane|jim|k-123|Paris/);
    expect(excerpt).toContain('47 more');
    expect(excerpt.length).toBeLessThan(300);
  });

  it('is made of hostile payloads too', () => {
    const hostile = JSON.parse('{"__proto__":{"sku":"x"},"constructor":1,"a\\u0000b":"\\ud800"}');
    let deep: unknown = 1;
    for (let i = 0; i < 1000; i++) deep = [deep];
    const sources = ['shopify', 'amazon', 'woocommerce', 'google-merchant'].map((kind) => ({ kind }));
    for (const payload of [
      hostile,
      deep,
      null,
      Number.POSITIVE_INFINITY,
      '',
      [[]],
      { variants: [null, 1, {}], updated_at: 5 },
    ])
      for (const source of sources) {
        const reading = read(source, payload);
        expect(reading.observations).toEqual([]);
        for (const { excerpt } of reading.quarantined) expect(excerpt.length).toBeLessThanOrEqual(2000);
      }
  });
});
