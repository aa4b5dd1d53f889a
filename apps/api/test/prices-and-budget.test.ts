import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
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

describe('the budget', () => {
  const put = (body: unknown, secret: string = secrets.admin) =>
    api.call('/v1/budget', {
      method: 'PUT',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  test('is shown in dollars', async () => {
    await put({ limitUsd: '12.5' });
    const budget = (await (await api.call('/v1/budget')).json()) as Record<string, string>;
    expect(budget).toMatchObject({ limitUsd: '12.50', spentUsd: '0.00', reservedUsd: '0.00', remainingUsd: '12.50' });
    expect(budget.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(new Date(String(budget.resetsAt)).getTime()).toBeGreaterThan(Date.now());
  });

  test.each([
    [{ limitUsd: 0 }, '0.00'],
    [{ limitUsd: 0.05 }, '0.05'],
    [{ limitUsd: '0.000000001' }, '0.000000001'],
    [{ limitUsd: '1000000' }, '1000000.00'],
  ])('is set by %j', async (body, limitUsd) => {
    const response = await put(body);
    expect([response.status, ((await response.json()) as Record<string, string>).limitUsd]).toEqual([200, limitUsd]);
  });

  test.each([
    '{"limitUsd":-1}',
    '{"limitUsd":"1e3"}',
    '{"limitUsd":1e400}',
    '{"limitUsd":"1,5"}',
    '{"limitUsd":"0.0000000001"}',
    '{"limitUsd":null}',
    '{"limitUsd":""}',
    '{}',
    '{"limitUsd":1,"x":1}',
    '[]',
    '',
  ])('is not set by %s', async (body) => {
    await put({ limitUsd: '7' });
    expect((await put(body)).status).toBe(400);
    expect(await (await api.call('/v1/budget')).json()).toMatchObject({ limitUsd: '7.00' });
  });

  test('is set by admins only', async () => {
    expect((await put({ limitUsd: '1' }, secrets.write)).status).toBe(403);
  });
});
