import { jobId } from '@reprice/queue';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const item = (sku: string, more: object = {}) => ({ sku, price: '12.90', currency: 'USD', ...more });

async function post(
  body: unknown,
  query = '',
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await api.call(`/v1/jobs${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

describe('POST /v1/jobs', () => {
  test('answers 202 at once, and the job tells its items once it is done', async () => {
    const { status, body, headers } = await post({
      priority: 'critical',
      items: [item('a'), item('b', { strategy: 'premium' })],
    });
    expect([status, body.status]).toEqual([202, 'running']);
    expect(headers.get('location')).toBe(`/v1/jobs/${body.id}`);
    expect(await (await api.call(`/v1/jobs/${body.id}`)).json()).toEqual({ id: body.id, status: 'running' });
    expect(await settleAll(api)).toBe(2);
    const done = (await (await api.call(`/v1/jobs/${body.id}`)).json()) as { items: { sku: string }[] };
    expect(done).toMatchObject({ id: body.id, status: 'done' });
    expect(done.items.map(({ sku }) => sku).sort()).toEqual(['a', 'b']);
  });

  test('waits for the prices, in the order asked, failed and held ones among them', async () => {
    const answer = post(
      { priority: 'high', items: [item('w3'), item('fail-w2'), item('held-w4'), item('w1')] },
      '?wait=60',
    );
    while ((await settleAll(api)) === 0);
    const { status, body } = await answer;
    expect([status, body.status]).toEqual([200, 'done']);
    expect(body.items).toMatchObject([
      { sku: 'w3', currency: 'USD', source: 'rules' },
      { sku: 'fail-w2', failure: { reason: 'invalid_answer' } },
      { sku: 'held-w4', held: true },
      { sku: 'w1', currency: 'USD' },
    ]);
    expect(await (await api.call(`/v1/jobs/${body.id}`)).json()).toEqual(body);
  });

  test('prices also what has not moved', async () => {
    for (let i = 0; i < 2; i++) {
      const { body } = await post({ items: [item('same')] });
      expect(await settleAll(api)).toBe(1);
      expect(await (await api.call(`/v1/jobs/${body.id}`)).json()).toMatchObject({
        items: [{ sku: 'same', revision: i + 1 }],
      });
    }
  });

  test('gives up waiting in time', async () => {
    const startedMs = performance.now();
    const { status } = await post({ items: [item('late')] }, '?wait=0.3');
    expect(status).toBe(202);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(290);
    await settleAll(api);
  });

  test('is not listed among the batches', async () => {
    expect(await (await api.call('/v1/batches')).json()).toEqual({ items: [], nextCursor: null });
  });

  test.each<[string, unknown, number, string, string?]>([
    ['cut JSON', '{"items":[', 400, 'malformed-json'],
    ['an empty body', '', 400, 'malformed-json'],
    ['a list', '[]', 400, 'malformed-json'],
    ['trailing garbage', '{}x', 400, 'malformed-json'],
    ['no items', {}, 400, 'validation', '/items'],
    ['zero items', { items: [] }, 400, 'validation', '/items'],
    ['26 items', { items: Array.from({ length: 26 }, (_, i) => item(`m${i}`)) }, 413, 'batch-too-large', '/items'],
    ['an unknown member', { items: [item('a')], prio: 'low' }, 400, 'unknown-field', '/prio'],
    [
      '__proto__',
      '{"items":[{"sku":"a","price":"1.00","currency":"USD"}],"__proto__":{"x":1}}',
      400,
      'unknown-field',
      '/__proto__',
    ],
    [
      '__proto__ in an item',
      '{"items":[{"sku":"a","price":"1.00","currency":"USD","__proto__":{"x":1}}]}',
      400,
      'unknown-field',
      '/items/0/__proto__',
    ],
    ['constructor', { items: [item('a')], constructor: { prototype: {} } }, 400, 'unknown-field', '/constructor'],
    ['a slash in a name', { items: [item('a', { 'a/b': 1 })] }, 400, 'unknown-field', '/items/0/a~1b'],
    ['priority 0', { priority: 0, items: [item('a')] }, 400, 'validation', '/priority'],
    ['priority -1', { priority: -1, items: [item('a')] }, 400, 'validation', '/priority'],
    ['priority 1.5', { priority: 1.5, items: [item('a')] }, 400, 'validation', '/priority'],
    ['priority "5"', { priority: '5', items: [item('a')] }, 400, 'validation', '/priority'],
    ['an item that is no object', { items: [1] }, 400, 'validation', '/items/0'],
    ['a bad price', { items: [item('a'), item('b', { price: '1,99' })] }, 400, 'validation', '/items/1/price'],
    ['a bad currency', { items: [item('a', { currency: 'usd' })] }, 400, 'validation', '/items/0/currency'],
    ['an empty SKU', { items: [item('')] }, 400, 'validation', '/items/0/sku'],
    ['floor above ceiling', { items: [item('a', { floor: '20', ceiling: '10' })] }, 422, 'inconsistent'],
    ['a SKU twice', { items: [item('a'), item('a')] }, 422, 'duplicate-sku', '/items/1/sku'],
    ['49,000 brackets', `{"items":${'['.repeat(49_000)}${']'.repeat(49_000)}}`, 400, 'too-deep'],
    ['2 MB', { items: [item('a', { title: 'x'.repeat(2_000_000) })] }, 413, 'payload-too-large'],
  ])('refuses %s and stores nothing', async (_, body, status, name, pointer) => {
    const answer = await post(body);
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${name}`]);
    if (pointer !== undefined) {
      expect((answer.body.errors as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
    }
    expect((await api.queue.bull.getJobCounts('prioritized')).prioritized).toBe(0);
    expect((await api.call('/healthz')).status).toBe(200);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test.each(['61', '-1', 'NaN', '1e1', '', '10s'])('refuses ?wait=%s', async (wait) => {
    expect((await post({ items: [item('a')] }, `?wait=${wait}`)).status).toBe(400);
  });
});

describe('GET /v1/jobs/:id', () => {
  test('tells the jobs of a batch', async () => {
    const { body } = await api.submit(JSON.stringify(item('of-batch')), 'application/x-ndjson', '?priority=low');
    expect(await (await api.call(`/v1/jobs/${body.id}.0`)).json()).toEqual({
      id: `${body.id}.0`,
      status: 'prioritized',
      priority: 'low',
      batchId: body.id,
      skus: ['of-batch'],
      attempts: 0,
    });
    expect((await api.call(`/v1/jobs/${body.id}`)).status).toBe(404);
    await settleAll(api);
  });

  test('tells jobs that were split off, whose ids end in a hash', async () => {
    const pack = { batchId: 'b00000000000', strategy: 'balanced', asked: 1, skus: ['x'], ordinals: [7] };
    await api.queue.enqueue([pack], 'high');
    const response = await api.call(`/v1/jobs/${jobId(pack)}`);
    expect(await response.json()).toMatchObject({ status: 'prioritized', priority: 'high', skus: ['x'] });
    await (await api.queue.bull.getJob(jobId(pack)))?.remove();
  });

  test.each([
    ['nosuch', 404],
    ['meta', 404],
    ['nosuch.0', 404],
    ['a%00b', 400],
    ['%E0%A4%A', 400],
    ['..%2f..%2fetc', 404],
  ])('%s is %d', async (id, status) => {
    expect((await api.call(`/v1/jobs/${id}`)).status).toBe(status);
  });

  test('a path of 20 KB is refused', async () => {
    expect([414, 431]).toContain((await api.call(`/v1/jobs/${'x'.repeat(20_000)}`)).status);
  });
});
