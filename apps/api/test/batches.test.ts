import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, lines, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const ndjson = 'application/x-ndjson';
const text = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const skus = (prefix: string, count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({
    sku: `${prefix}-${i}`,
    price: (10 + i / 100).toFixed(2),
    currency: 'USD',
    stock: 5,
    ...more,
  }));

async function batch(id: unknown): Promise<Record<string, unknown>> {
  return (await (await api.call(`/v1/batches/${id}`)).json()) as Record<string, unknown>;
}

describe('POST /v1/batches', () => {
  test('answers 202 with Location and the batch, packed by strategy', async () => {
    const rows = [...skus('pack', 60), ...skus('clear', 3, { strategy: 'clearance' })];
    const { status, body, headers } = await api.submit(text(rows), ndjson, '?priority=high');
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/batches/${body.id}`);
    expect(body).toMatchObject({
      status: 'running',
      priority: 'high',
      mode: 'live',
      total: 63,
      rejected: 0,
      unchanged: 0,
      waiting: 63,
    });
    expect(body).not.toHaveProperty('kind');
    const jobs = await api.queue.bull.getJobs(['prioritized']);
    const packs = jobs.map((job) => job.data as { batchId: string; strategy: string; skus: string[] });
    const sizes = packs
      .filter((pack) => pack.batchId === body.id)
      .map((pack) => `${pack.strategy} ${pack.skus.length}`);
    expect(sizes.sort()).toEqual(['balanced 10', 'balanced 25', 'balanced 25', 'clearance 3']);
    await settleAll(api);
  });

  test.each(['application/json', 'text/csv', 'application/x-ndjson; charset=utf-8'])('takes %s', async (type) => {
    const rows = skus(`type-${type.length}`, 2);
    const body = type.startsWith('text/csv')
      ? `sku,price,currency\n${rows.map((row) => `${row.sku},${row.price},USD`).join('\n')}`
      : type.includes('ndjson')
        ? text(rows)
        : JSON.stringify({ items: rows });
    const answer = await api.submit(body, type);
    expect([answer.status, answer.body.total]).toEqual([202, 2]);
    await settleAll(api);
  });

  test('counts what has not moved since its price as unchanged, unless forced or moved', async () => {
    const first = await api.submit(text(skus('fresh', 30)), ndjson);
    expect(first.body).toMatchObject({ total: 30, unchanged: 0 });
    expect(await settleAll(api)).toBe(30);
    const again = await api.submit(text([...skus('fresh', 30), ...skus('new', 1)]), ndjson);
    expect(again.body).toMatchObject({ total: 31, unchanged: 30, waiting: 1 });
    const allFresh = await api.submit(text(skus('fresh', 30)), ndjson);
    expect(allFresh.body).toMatchObject({ status: 'done', total: 30, unchanged: 30, waiting: 0 });
    const moved = await api.submit(text(skus('fresh', 30, { stock: 50 })), ndjson);
    expect(moved.body).toMatchObject({ total: 30, unchanged: 0 });
    await settleAll(api);
    const forced = await api.submit(text(skus('fresh', 30, { stock: 50 })), ndjson, '?force=true');
    expect(forced.body).toMatchObject({ total: 30, unchanged: 0 });
    const otherStrategy = await api.submit(text(skus('fresh', 1, { stock: 50, strategy: 'premium' })), ndjson);
    expect(otherStrategy.body).toMatchObject({ total: 1, unchanged: 0 });
    await settleAll(api);
  });

  test('computes a dry run and publishes nothing', async () => {
    const { body } = await api.submit(text(skus('dry', 3)), ndjson, '?mode=dry-run');
    expect(body).toMatchObject({ mode: 'dry-run', total: 3 });
    await settleAll(api);
    expect(await batch(body.id)).toMatchObject({ status: 'done', priced: 3 });
    expect(await lines(await api.call(`/v1/batches/${body.id}/results`))).toHaveLength(3);
    expect((await api.call('/v1/prices/dry-0')).status).toBe(404);
  });

  test('refuses with 503 before anything is stored when the queue is full', async () => {
    const full = await startApiUnderTest({ maxJobs: 1 });
    expect((await full.submit(text(skus('a', 1)), ndjson)).status).toBe(202);
    const refused = await full.submit(text(skus('b', 1)), ndjson);
    expect([refused.status, refused.body.type]).toEqual([503, '/problems/queue-full']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await full.store.batches.list({ limit: 10 })).items).toHaveLength(1);
  });

  test('takes urgent work while the share of less urgent work is full, and says which is', async () => {
    const full = await startApiUnderTest({ maxJobs: 10 });
    const submit = (priority: string) =>
      full.submit(text(skus('share', 175, {})), ndjson, `?priority=${priority}&force=true`);
    expect((await submit('low')).status).toBe(202);
    const { status, body, headers } = await submit('low');
    expect([status, body.type, headers.get('retry-after')]).toEqual([503, '/problems/queue-full', '30']);
    expect(body.detail).toMatch(/holds 7 jobs, and low work may fill 70 % of QUEUE_MAX_JOBS \(10\), which is 7\./);
    expect(body.detail).toMatch(/or with priority critical or high or normal/);
    expect((await submit('critical')).status).toBe(202);
    const refused = await submit('critical');
    expect(refused.body.detail).toMatch(/as many as QUEUE_MAX_JOBS \(10\) allows/);
    const job = JSON.stringify({ priority: 'high', items: skus('share', 1) });
    const door = await full.call('/v1/jobs', {
      method: 'POST',
      body: job,
      headers: { 'content-type': 'application/json' },
    });
    expect([door.status, ((await door.json()) as { type: string }).type]).toEqual([503, '/problems/queue-full']);
  });

  test('keeps the identity of its counters while it is received', async () => {
    const pieces = Array.from({ length: 20 }, (_, i) => text(skus(`poll${i}`, 500)));
    const stream = new ReadableStream({
      async pull(controller) {
        const piece = pieces.shift();
        const { items } = await api.store.batches.list({ limit: 1 });
        for (const b of items) expect(b.total).toBe(b.unchanged + b.priced + b.held + b.failed + b.waiting);
        if (piece === undefined) controller.close();
        else controller.enqueue(Buffer.from(piece));
      },
    });
    const { body } = await api.submit(stream, ndjson);
    expect(body).toMatchObject({ total: 10_000, waiting: 10_000 });
    expect((await api.queue.bull.getJobCounts('prioritized')).prioritized).toBe(400);
    await api.queue.bull.obliterate({ force: true });
  });
});

describe('what came of a batch', () => {
  let id: unknown;
  beforeAll(async () => {
    const rows = [
      ...skus('out', 3),
      { sku: '=cmd()', price: '5.00', currency: 'USD' },
      { sku: 'fail-1', price: '5.00', currency: 'USD' },
    ];
    const { body } = await api.submit(`${text(rows)}{"sku":"@bad","price":"-1","currency":"ABC"}\n`, ndjson);
    id = body.id;
    await settleAll(api);
  });

  test('adds up', async () => {
    const done = await batch(id);
    expect(done).toMatchObject({ status: 'done', total: 5, priced: 4, failed: 1, rejected: 1, waiting: 0 });
    expect(done.finishedAt).toMatch(/^\d{4}-/);
  });

  test('comes as NDJSON, JSON and CSV', async () => {
    const asLines = await lines(await api.call(`/v1/batches/${id}/results`));
    expect(asLines.map((price) => price.sku)).toEqual(['out-0', 'out-1', 'out-2', '=cmd()']);
    expect(asLines[0]).toMatchObject({ currency: 'USD', source: 'rules', strategy: 'balanced', batchId: id });
    const asJson = await api.call(`/v1/batches/${id}/results?format=json`);
    expect(asJson.headers.get('content-type')).toContain('application/json');
    expect(await asJson.json()).toEqual({ items: asLines, nextCursor: null });
    const asCsv = await api.call(`/v1/batches/${id}/results?format=csv`);
    expect(asCsv.headers.get('content-type')).toContain('text/csv');
    const table = parse(await asCsv.text(), { columns: true }) as Record<string, string>[];
    expect(table.map((row) => row.sku)).toEqual(['out-0', 'out-1', 'out-2', "'=cmd()"]);
    expect(table[0]?.price).toBe(asLines[0]?.price);
    const raw = await api.call(`/v1/batches/${id}/results?format=csv&formulas=raw`);
    expect(parse(await raw.text(), { columns: true })).toMatchObject([{}, {}, {}, { sku: '=cmd()' }]);
  });

  test('names failures and rejections', async () => {
    expect(await lines(await api.call(`/v1/batches/${id}/failures`))).toMatchObject([
      { sku: 'fail-1', reason: 'invalid_answer' },
    ]);
    const [rejection] = await lines(await api.call(`/v1/batches/${id}/rejections`));
    expect(rejection).toMatchObject({ line: 6, sku: '@bad' });
    const table = parse(await (await api.call(`/v1/batches/${id}/rejections?format=csv`)).text(), {
      columns: true,
    }) as Record<string, string>[];
    for (const row of table) {
      expect(row).toMatchObject({ line: '6', sku: "'@bad" });
      for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
  });

  test('is an empty list where there is nothing', async () => {
    const { body } = await api.submit(text(skus('none', 1)), ndjson);
    expect(await (await api.call(`/v1/batches/${body.id}/failures?format=json`)).json()).toEqual({
      items: [],
      nextCursor: null,
    });
    expect(await (await api.call(`/v1/batches/${body.id}/failures`)).text()).toBe('');
    expect(await (await api.call(`/v1/batches/${body.id}/failures?format=csv`)).text()).toBe(
      'sku,reason,detail,jobId,failedAt\r\n',
    );
    await settleAll(api);
  });

  test.each([
    ['/v1/batches/nosuch', 404],
    ['/v1/batches/nosuch/results', 404],
    ['/v1/batches/a%00b', 400],
    ['/v1/batches/..%2f..%2fetc', 404],
    ['/v1/batches/%E0%A4%A', 400],
  ])('%s is %d', async (path, status) => {
    const response = await api.call(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });

  test('takes no other format', async () => {
    expect((await api.call(`/v1/batches/${id}/results?format=xml`)).status).toBe(400);
  });
});

describe('GET /v1/batches', () => {
  test('pages from the newest to the oldest without gap or repetition', async () => {
    const all = await startApiUnderTest();
    const ids: unknown[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await all.submit(text(skus(`page${i}`, 1)), ndjson)).body.id);
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = (await (await all.call(`/v1/batches?limit=3${cursor && `&cursor=${cursor}`}`)).json()) as {
        items: { id: string }[];
        nextCursor: string | null;
      };
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  test.each([
    'limit=0',
    'limit=201',
    'limit=1e9',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'cursor=%00',
    'cursor=!!!',
    'cursor=',
    `cursor=${'z'.repeat(50)}`,
    'limit=1&limit=2',
    'a[__proto__]=1',
  ])('?%s is 400', async (query) => {
    expect((await api.call(`/v1/batches?${query}`)).status).toBe(400);
  });
});
