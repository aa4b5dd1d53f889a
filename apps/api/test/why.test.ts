import { deflateRawSync } from 'node:zlib';
import { testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
let described: DescribedApi;
const redis = new Redis(testRedis().url);
afterAll(() => redis.disconnect());
beforeAll(async () => {
  api = await startApiUnderTest();
  described = await DescribedApi.read(api);
});

const start = Date.now() - 50 * 3_600_000;
const hourMs = 3_600_000;

/** Prices one SKU, as a worker would, `hours` after the start. */
async function priceAt(hours: number, item: Record<string, unknown>, query = '?force=true'): Promise<string> {
  const { body } = await api.submit(JSON.stringify({ items: [item] }), 'application/json', query);
  await settleAll(api, start + hours * hourMs);
  return String(body.id);
}

const why = async (sku: string, query: Record<string, string> = {}) =>
  await described.call('getPriceDecision', { path: { sku }, query });

describe('GET /v1/prices/:sku/why', () => {
  const item = {
    sku: 'shoe',
    price: '100.00',
    currency: 'EUR',
    cost: '40.00',
    stock: 0,
    capacity: 50,
    restockDays: 21,
    competitors: ['180.00', '190.00'],
    title: 'A shoe',
    category: 'shoes',
    strategy: 'match',
    observedAt: '2026-01-02T03:04:05.000Z',
  };
  let batchId: string;
  beforeAll(async () => {
    batchId = await priceAt(0, item);
    await priceAt(1, { ...item, stock: 10, ceiling: '140.00', observedAt: '2026-01-02T04:00:00.000Z' });
  });

  test('tells inputs, suggestion, bounds, each step and policy of a decision, and that it makes the same price again', async () => {
    const { body } = await why('shoe', { revision: '1' });
    const { title: _, category: __, ...inputs } = item;
    expect(body).toEqual({
      sku: 'shoe',
      price: expect.objectContaining({ revision: 1, price: '125.00', strategy: 'match', source: 'rules' }),
      suggestion: { price: '125.00', reason: 'competitor' },
      inputs,
      bounds: {
        floor: '42.11',
        floorFrom: 'margin',
        ceiling: '125.00',
        ceilingFrom: 'derived_ceiling',
        reference: '100.00',
      },
      limits: [
        { guardrail: 'max_change', lowest: '75.00', highest: '125.00' },
        { guardrail: 'max_change_24h', lowest: '75.00', highest: '125.00' },
        { guardrail: 'max_change_7d', lowest: '50.00', highest: '150.00' },
      ],
      steps: [],
      policy: { strategy: 'match', version: expect.stringMatching(/^[0-9a-f]{8}$/) },
      call: { jobId: `${batchId}.0`, batchId, costUsd: '0.00' },
      reproduces: true,
      known: 'all',
    });
  });

  test('shows the live price without a revision, and what a rolling limit did to it', async () => {
    const { body } = await why('shoe');
    expect(body).toMatchObject({
      price: { revision: 2, price: '125.00', guardrails: ['max_change_24h'] },
      inputs: { stock: 10, ceiling: '140.00' },
      bounds: { ceiling: '140.00', ceilingFrom: 'ceiling' },
      steps: [{ guardrail: 'max_change_24h', from: '140.00', to: '125.00' }],
      reproduces: true,
    });
    expect(body.price).toEqual((await described.call('getPrice', { path: { sku: 'shoe' } })).body);
  });

  test('says so when record and price do not agree', async () => {
    await priceAt(0, { ...item, sku: 'forged' });
    const priceKey = api.store.keys.price('forged');
    await redis.hset(priceKey, 'price', '124.00');
    const { body } = await why('forged');
    expect(body).toMatchObject({ price: { price: '124.00' }, reproduces: false, known: 'all' });
    expect(body.detail).toMatch(/do not agree: .* make 125\.00 EUR of it, by no guardrail\.$/);
    await redis.hset(priceKey, 'price', '125.00');
    expect((await why('forged')).body).toMatchObject({ reproduces: true });

    const record = { suggested: '', cost: 4000, ceilingPercent: 25 };
    const tampered = async (change: Partial<typeof record>) => {
      const id = String((await api.store.prices.get('forged'))?.batchId);
      await redis.lset(api.store.keys.results(id), 0, entryOf(id, { ...record, ...change }));
      return (await why('forged')).body;
    };
    expect(await tampered({})).toMatchObject({ reproduces: true, steps: [] });
    expect(await tampered({ suggested: '124' })).toMatchObject({ reproduces: false, suggestion: { price: '124' } });
    expect(await tampered({ ceilingPercent: 10 })).toMatchObject({ reproduces: false, bounds: { ceiling: '110.00' } });
    const conflicting = await tampered({ cost: 13_000 });
    expect(conflicting).toMatchObject({ reproduces: false, inputs: { cost: '130.00' } });
    expect(conflicting.detail).toMatch(/make no price of it: The live price/);
    expect(conflicting).not.toHaveProperty('bounds');
  });

  test('tells what is left when the decision is gone', async () => {
    const id = await priceAt(0, { ...item, sku: 'old' });
    await priceAt(1, { ...item, sku: 'old', stock: 3, observedAt: '2026-01-02T05:00:00.000Z' });
    await redis.del(api.store.keys.results(id));
    const { body } = await why('old', { revision: '1' });
    expect(body).toMatchObject({ sku: 'old', price: { revision: 1, price: '125.00', batchId: id }, known: 'part' });
    expect(body.detail).toMatch(/30 days/);
    expect(body).not.toHaveProperty('reproduces');
    expect((await described.call('getPriceHistory', { path: { sku: 'old' } })).body.items).toHaveLength(2);
  });

  test('has none for a dry run', async () => {
    await priceAt(0, { ...item, sku: 'trial' }, '?mode=dry-run');
    expect((await why('trial')).status).toBe(404);
  });

  test.each([
    ['/v1/prices/nosuch/why', 404, /no price/],
    ['/v1/prices/nosuch/history', 404, /no price/],
    ['/v1/prices/shoe/why?revision=3', 404, /no revision 3/],
    ['/v1/prices/shoe/why?revision=0', 400, /whole number/],
    ['/v1/prices/shoe/why?revision=latest', 400, /whole number/],
    ['/v1/prices/shoe/why?revison=1', 400, /did you mean "revision"/],
    ['/v1/prices/shoe/history?limit=0', 400, /from 1 to 101/],
    ['/v1/prices/shoe/history?limit=102', 400, /from 1 to 101/],
    ['/v1/prices/a%00b/why', 400, /control characters/],
  ])('%s is %d', async (path, status, words) => {
    const response = await api.call(path);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { detail: string }).detail).toMatch(words);
  });
});

test('GET /v1/prices/:sku/history shows the newest revisions', async () => {
  for (const i of [1, 2, 3]) await priceAt(i, { sku: 'h', price: 10, currency: 'USD', stock: i * 10 });
  const list = async (query: Record<string, string>) =>
    (await described.call('getPriceHistory', { path: { sku: 'h' }, query })).body;
  const { items, nextCursor } = await list({});
  expect(nextCursor).toBeNull();
  expect(items.map(({ revision }: { revision: number }) => revision)).toEqual([3, 2, 1]);
  expect(items[0]).toMatchObject({ currency: 'USD', source: 'rules', previousPrice: items[1].price, guardrails: [] });
  expect((await list({ limit: '2' })).items).toEqual(items.slice(0, 2));
});

/** The record of the forged SKU, written by hand. */
function entryOf(batchId: string, record: { suggested: string; cost: number; ceilingPercent: number }): string {
  const guardrails = {
    bounds: 'derived',
    derivedFloorPercent: 20,
    derivedCeilingPercent: record.ceilingPercent,
    minMarginPercent: 5,
    maxChangePercent: 25,
  };
  const policies = { match: { version: '00000000', guardrails } };
  const told = { batchId, jobId: `${batchId}.0`, source: 'rules', pricedAt: new Date(start).toISOString(), policies };
  const price = ['forged', '125.00', 'EUR', '100.00', '25', 'match', '', 'competitor', '', '0.00', 1];
  const cells = [0, ...price, '2026-01-02T03:04:05.000Z'];
  const line = `${record.suggested}\t\t0\t${record.cost}\t50\t21\t\t18000|19000`;
  const text = [JSON.stringify(told), JSON.stringify(cells), line].join('\n');
  return `1\n${deflateRawSync(text).toString('base64')}`;
}
