import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

describe('GET /v1/prices', () => {
  const skus = ['p1', 'p2', '__proto__', 'a/b', 'café', '=x'];
  beforeAll(async () => {
    const rows = skus.map((sku) => JSON.stringify({ sku, price: 10, currency: 'USD' }));
    await api.submit(rows.join('\n'), 'application/x-ndjson');
    await settleAll(api);
  });

  test.each(skus)('/%s shows the price', async (sku) => {
    const price = await (await api.call(`/v1/prices/${encodeURIComponent(sku)}`)).json();
    expect(price).toMatchObject({ sku, currency: 'USD', source: 'rules', strategy: 'balanced', revision: 1 });
    expect((price as { price: string }).price).toMatch(/^\d+\.\d\d$/);
  });

  test('finds a SKU by any Unicode form', async () => {
    expect((await api.call(`/v1/prices/${encodeURIComponent(' cafe\u0301 ')}`)).status).toBe(200);
  });

  test.each([
    ['/v1/prices/nosuch', 404],
    ['/v1/prices/a%00b', 400],
    ['/v1/prices/a%0Ab', 400],
    [`/v1/prices/${'x'.repeat(257)}`, 400],
    ['/v1/prices/%20', 400],
    ['/v1/prices/%E0%A4%A', 400],
    ['/v1/prices', 400],
    ['/v1/prices?skus=', 400],
    ['/v1/prices?skus=a&skus=b', 400],
    ['/v1/prices?sku=a', 400],
    [`/v1/prices?skus=${Array.from({ length: 501 }, (_, i) => i).join(',')}`, 400],
  ])('%.40s is %d', async (path, status) => {
    expect((await api.call(path)).status).toBe(status);
  });

  test('?skus= shows many in the order asked, and names those without a price', async () => {
    const body = await (await api.call('/v1/prices?skus=p2,nosuch,__proto__,p1,p2')).json();
    expect(body).toMatchObject({ items: [{ sku: 'p2' }, { sku: '__proto__' }, { sku: 'p1' }], missing: ['nosuch'] });
  });
});

describe('the ETag of a price read', () => {
  const reprice = async (price: string) => {
    await api.submit(JSON.stringify({ sku: 'tag', price, currency: 'USD' }), 'application/x-ndjson', '?force=true');
    await settleAll(api);
  };

  test.each(['/v1/prices/tag', '/v1/prices?skus=tag,none'])('of %s stays until the price changes', async (path) => {
    await reprice('10.00');
    const first = await api.call(path);
    const etag = String(first.headers.get('etag'));
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const ask = (header: string, init: RequestInit = {}) =>
      api.call(path, { ...init, headers: { 'if-none-match': header } });
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const same = await ask(header);
      expect([header, same.status, await same.text()]).toEqual([header, 304, '']);
      expect(same.headers.get('etag')).toBe(etag);
    }
    expect((await ask(etag, { method: 'HEAD' })).status).toBe(304);
    expect((await ask('"other"')).status).toBe(200);
    await reprice('12.00');
    const moved = await ask(etag);
    expect(moved.status).toBe(200);
    expect(moved.headers.get('etag')).not.toBe(etag);
    expect(JSON.stringify(await moved.json())).toContain('"sku":"tag"');
  });

  test('is not there without a price', async () => {
    const none = await api.call('/v1/prices/nosuch', { headers: { 'if-none-match': '*' } });
    expect([none.status, none.headers.get('etag')]).toEqual([404, null]);
  });
});
