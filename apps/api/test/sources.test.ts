import { createHmac } from 'node:crypto';
import { sourceSettingsSchema } from '@reprice/sources';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

const secret = 'shared-with-shop';
const settings = (source: object) => sourceSettingsSchema.parse(source);

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({
    sources: {
      shop: settings({ kind: 'shopify', secrets: ['new-secret-of-shop', secret], currency: 'EUR' }),
      woo: settings({ kind: 'woocommerce', secret, currency: 'EUR' }),
      amazon: settings({ kind: 'amazon' }),
      google: settings({ kind: 'google-merchant' }),
      own: settings({ kind: 'json', fields: { sku: '/id', stock: '/n', price: '/p' }, currency: 'EUR' }),
    },
  });
});

const variant = (sku: string, item: number, quantity: number) => ({
  id: item * 10,
  sku,
  price: '33.99',
  updated_at: '2026-11-21T09:30:13-05:00',
  inventory_item_id: item,
  inventory_quantity: quantity,
});
const product = (...variants: object[]) => ({
  id: 1,
  title: 'Necklace',
  updated_at: '2026-11-21T09:30:13-05:00',
  variants,
});
const level = (item: number, available: number, second: number) => ({
  inventory_item_id: item,
  location_id: 905684977,
  available,
  updated_at: `2026-11-21T09:31:${second}-05:00`,
});

/** Sends without an API key. */
async function sendSigned(source: string, payload: unknown, headers: Record<string, string>, key = secret) {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', key).update(body).digest('base64');
  const name = source === 'woo' ? 'x-wc-webhook-signature' : 'x-shopify-hmac-sha256';
  const response = await fetch(`${api.url}/v1/sources/${source}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', [name]: signature, ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function send(source: string, body: string, type: string) {
  const response = await api.call(`/v1/sources/${source}`, { method: 'POST', body, headers: { 'content-type': type } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function snapshotOf(sku: string) {
  const [row] = (await api.store.snapshots.loadAnew('none', [sku])).rows;
  return row && 'snapshot' in row ? row.snapshot : undefined;
}

async function quarantined(source: string) {
  const page = await (await api.call(`/v1/quarantine?source=${source}`)).json();
  return page as { items: { reason: string; excerpt: string }[]; counts: Record<string, Record<string, number>> };
}

describe('a webhook of Shopify', () => {
  test('counts by its signature alone, and a level counts once its product is told', async () => {
    const levels = { 'x-shopify-topic': 'inventory_levels/update' };
    expect(await sendSigned('shop', level(41, 3, 10), levels)).toMatchObject({
      status: 202,
      body: { accepted: 0, quarantined: 1, misfits: [{ reason: 'unknown-item' }] },
    });
    const told = product(variant('NECK-1', 41, 3), variant('', 42, 0));
    const { body } = await sendSigned('shop', told, { 'x-shopify-topic': 'products/update' }, 'new-secret-of-shop');
    expect(body).toMatchObject({ accepted: 1, repricing: 1, quarantined: 1 });
    expect(await snapshotOf('NECK-1')).toMatchObject({ priceMinor: 3399, currency: 'EUR', title: 'Necklace' });
    // The level is newer than the product: only the next product tells what lies elsewhere.
    const newer = { ...told, updated_at: '2026-11-21T09:31:20-05:00' };
    await sendSigned('shop', newer, { 'x-shopify-topic': 'products/update' });
    expect(await snapshotOf('NECK-1')).toMatchObject({ stock: 3 });
    expect((await sendSigned('shop', level(41, 0, 30), levels)).body).toMatchObject({ accepted: 1 });
    expect(await snapshotOf('NECK-1')).toMatchObject({ stock: 0 });
    expect((await quarantined('shop')).counts).toEqual({ shop: { 'unknown-item': 1, 'no-sku': 2 } });
  });

  test('that comes twice counts once', async () => {
    const headers = { 'x-shopify-topic': 'products/update', 'x-shopify-webhook-id': 'b54557e4-8a5f-bf7d-70bc-d043' };
    const told = product(variant('TWICE-1', 51, 9));
    expect((await sendSigned('shop', told, headers)).body).toMatchObject({ accepted: 1 });
    expect((await sendSigned('shop', told, headers)).body).toMatchObject({ accepted: 0, unused: { repeated: 1 } });
    // Neither id nor topic is signed: another body under the same id is another one, and so is one that was read as nothing before.
    const other = product(variant('TWICE-2', 52, 9));
    const orders = { ...headers, 'x-shopify-topic': 'orders/create' };
    expect((await sendSigned('shop', other, orders)).body).toMatchObject({ misfits: [{ reason: 'other-topic' }] });
    expect((await sendSigned('shop', other, headers)).body).toMatchObject({ accepted: 1 });
  });

  test('counts beside a header Authorization that is empty', async () => {
    const headers = { 'x-shopify-topic': 'products/update', authorization: '' };
    const told = product(variant('EMPTY-1', 55, 9));
    expect(await sendSigned('shop', told, headers)).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect((await sendSigned('shop', told, headers, 'another-secret')).status).toBe(401);
  });

  test('is refused where the signature is that of another body, another secret or of no use', async () => {
    const told = product(variant('FORGED', 61, 1));
    const refused = [
      await sendSigned('shop', told, {}, 'another-secret'),
      await sendSigned('shop', told, { 'x-shopify-hmac-sha256': 'x' }),
      await sendSigned('shop', told, { authorization: 'Bearer wrong' }),
      await sendSigned('amazon', told, {}),
      await sendSigned('nosuch', told, {}),
    ];
    for (const { status, body } of refused) expect([status, body.type]).toEqual([401, '/problems/unauthenticated']);
    expect(await snapshotOf('FORGED')).toBeUndefined();
    expect(JSON.stringify(api.logged)).not.toContain(secret);
    const read = await api.call('/v1/sources/own', {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets.read}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(read.status).toBe(403);
  });

  test('that is no JSON is refused, though it is signed, and put aside, for its sender reads no answer', async () => {
    const sent = async (body: string) => {
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      const headers = { 'content-type': 'application/json', 'x-shopify-hmac-sha256': signature };
      return (await fetch(`${api.url}/v1/sources/shop`, { method: 'POST', body, headers })).status;
    };
    expect([await sent('{"token":"x1y2"'), await sent('['.repeat(30) + ']'.repeat(30))]).toEqual([400, 400]);
    const { items, counts } = await quarantined('shop');
    expect(items.slice(0, 2)).toMatchObject([
      { reason: 'too-deep' },
      { reason: 'not-json', excerpt: 'a body of 15 bytes' },
    ]);
    expect(counts.shop).toMatchObject({ 'not-json': 1, 'too-deep': 1 });
  });
});

describe('WooCommerce', () => {
  test('pings a new webhook without a key, which proves nothing', async () => {
    const ping = (source: string, body: string) =>
      fetch(`${api.url}/v1/sources/${source}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await ping('woo', 'webhook_id=17')).status).toBe(200);
    for (const [source, body] of [
      ['woo', 'sku=a&stock=5'],
      ['woo', `webhook_id=${'1'.repeat(100)}`],
      ['shop', 'webhook_id=17'],
      ['nosuch', 'webhook_id=17'],
    ] as const)
      expect((await ping(source, body)).status).toBe(401);
  });

  test('tells of a product by its signature', async () => {
    const woo = {
      sku: 'WOO-1',
      name: 'Shirt',
      type: 'simple',
      price: '19.99',
      manage_stock: true,
      stock_quantity: 7,
      stock_status: 'instock',
      date_modified_gmt: '2026-11-21T09:01:14',
    };
    const { status, body } = await sendSigned('woo', woo, { 'x-wc-webhook-topic': 'product.updated' });
    expect([status, body]).toEqual([202, { accepted: 1, stale: 0, repricing: 1, quarantined: 0 }]);
    expect(await snapshotOf('WOO-1')).toMatchObject({ priceMinor: 1999, stock: 7 });
  });
});

describe('other sources', () => {
  test('Amazon: competitors of the SKUs that the listing report told', async () => {
    await send('own', '{"id":"AMZ-1","p":"20.00","n":4}', 'application/json');
    const report = 'seller-sku\tasin1\nAMZ-1\tB00EXAMPLE01\n';
    expect((await send('amazon', report, 'text/tab-separated-values')).body).toMatchObject({ learned: 1 });
    const change = {
      NotificationType: 'ANY_OFFER_CHANGED',
      Payload: {
        AnyOfferChangedNotification: {
          SellerId: 'OWN',
          OfferChangeTrigger: {
            ASIN: 'B00EXAMPLE01',
            ItemCondition: 'new',
            TimeOfOfferChange: new Date().toISOString(),
          },
          Offers: ['OWN', 'RIVAL'].map((SellerId) => ({
            SellerId,
            ListingPrice: { Amount: 17.5, CurrencyCode: 'EUR' },
            Shipping: { Amount: 2.49, CurrencyCode: 'EUR' },
          })),
        },
      },
    };
    const lines = `${JSON.stringify(change)}\n{"Type":"Notification"}\nno JSON\n`;
    expect((await send('amazon', lines, 'application/x-ndjson')).body).toMatchObject({
      accepted: 1,
      quarantined: 2,
      misfits: [{ reason: 'shape' }, { reason: 'not-json', detail: expect.stringContaining('Line 3') }],
    });
    expect((await snapshotOf('AMZ-1'))?.competitorsMinor).toEqual([1999]);
  });

  test('Google: a feed, bad lines alone; a table with other columns is none', async () => {
    const feed = `id\tprice\tavailability\n${Array.from({ length: 450 }, (_, i) => `G-${i}\t9.99 EUR\tin_stock`).join('\n')}\nG-x\tfree\tin_stock\n`;
    const { status, body } = await send('google', feed, 'text/tab-separated-values');
    expect([status, body]).toMatchObject([202, { accepted: 450, quarantined: 1, misfits: [{ reason: 'not-money' }] }]);
    expect(await send('google', 'sku,cost\na,1\n', 'text/csv')).toMatchObject({
      status: 400,
      body: { type: '/problems/csv-header', detail: 'The table has no column id, price.' },
    });
    expect((await send('shop', feed, 'text/csv')).status).toBe(400);
    expect((await send('google', '', 'text/csv')).status).toBe(400);
    expect((await quarantined('google')).counts).toEqual({ google: { 'csv-header': 1, empty: 1, 'not-money': 1 } });
    expect(await send('nosuch', feed, 'text/csv')).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/no source nosuch; `sources` of the API's config file: .*\bshop\b/) },
    });
  });

  test('what is refused when it is merged is put aside too, and counts once for the alarm', async () => {
    const bad = JSON.stringify(Array.from({ length: 25 }, (_, i) => ({ id: `bad-${i}`, n: -1 })));
    expect((await send('own', bad, 'application/json')).body).toMatchObject({ quarantined: 25 });
    await send('own', bad, 'application/json');
    expect(api.logged.filter(({ level, fields }) => level === 'error' && fields.source === 'own')).toMatchObject([
      { fields: { items: 26, quarantined: 25, alarmPercent: 5 } },
    ]);
    const { checks } = (await (
      await api.call('/v1/doctor', { headers: { authorization: `Bearer ${secrets.admin}` } })
    ).json()) as { checks: { id: string; detail: string }[] };
    expect(checks.find(({ id }) => id === 'sources')).toMatchObject({
      detail: expect.stringContaining('own'),
    });
    const metrics = await (await api.call('/metrics')).text();
    expect(metrics).toContain('reprice_source_alarm{source="own"} 1');
    expect(metrics).toMatch(/reprice_source_quarantined\{source="own"\} 50/);
  });

  test('the quarantine is cleared by an admin, one source or all', async () => {
    const clear = (query: string, key: keyof typeof secrets) =>
      api.call(`/v1/quarantine${query}`, { method: 'DELETE', headers: { authorization: `Bearer ${secrets[key]}` } });
    expect((await clear('?source=own', 'write')).status).toBe(403);
    expect(await (await clear('?source=own', 'admin')).json()).toEqual({ removed: 50 });
    expect((await quarantined('own')).items).toEqual([]);
    expect((await quarantined('google')).items).toHaveLength(3);
    await clear('', 'admin');
    expect((await quarantined('google')).items).toEqual([]);
  });
});
