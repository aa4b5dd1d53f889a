import { request } from 'node:http';
import { endAfterTestFile, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

const redis = new Redis(testRedis().url);
endAfterTestFile(async () => redis.disconnect());
let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const ndjson = 'application/x-ndjson';
let count = 0;
/** A key and a SKU that no other test has. */
const fresh = () => ({ key: `key ${++count}`, sku: `idem-${count}` });
const row = (sku: string, price = '10.00') => `${JSON.stringify({ sku, price, currency: 'USD' })}\n`;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { id?: string; type?: string } & Record<string, unknown>;
}

async function post(
  path: string,
  key: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await api.call(path, {
    method: 'POST',
    body,
    headers: { 'content-type': ndjson, 'idempotency-key': key, ...headers },
    duplex: 'half',
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}
const batch = (key: string, body: NonNullable<RequestInit['body']>, more = {}) => post('/v1/batches', key, body, more);

/** An upload whose body goes on when the test says so. */
function slowly(key: string) {
  const { promise: opened, resolve } = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const stream = new ReadableStream<Uint8Array>({ start: resolve });
  const answer = batch(key, stream);
  const encoder = new TextEncoder();
  return {
    answer,
    send: async (text: string) => (await opened).enqueue(encoder.encode(text)),
    end: async () => (await opened).close(),
    cut: async () => (await opened).error(new Error('cut')),
  };
}

async function untilReceiving(before: ReadonlySet<string>): Promise<string> {
  for (;;) {
    const { items } = await api.store.batches.list({ limit: 50 });
    const found = items.find(({ id, status }) => !before.has(id) && status === 'receiving');
    if (found) return found.id;
  }
}
const ids = async () => new Set((await api.store.batches.list({ limit: 200 })).items.map(({ id }) => id));

describe('the same request with the same Idempotency-Key', () => {
  test('is taken once: a resend gets the same id, status and Location, and says so', async () => {
    const { key, sku } = fresh();
    const first = await batch(key, row(sku));
    const again = await batch(key, row(sku));
    expect(first.status).toBe(202);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id, total: 1 } });
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  test('sent a hundred times at once makes one batch; the others get it or a 409 with Retry-After', async () => {
    const { key, sku } = fresh();
    const before = await ids();
    const answers = await Promise.all(Array.from({ length: 100 }, () => batch(key, row(sku))));
    const after = [...(await ids())].filter((id) => !before.has(id));
    expect(after).toHaveLength(1);
    for (const { status, body, headers } of answers) {
      if (status === 202) expect(body.id).toBe(after[0]);
      else {
        expect([status, body.type]).toEqual([409, '/problems/idempotency-conflict']);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
    }
    expect(await batch(key, row(sku))).toMatchObject({ status: 202, body: { id: after[0] } });
  });

  test('is also taken once at the small door, which waits anew where it is asked to', async () => {
    const { key, sku } = fresh();
    const job = JSON.stringify({ items: [{ sku, price: '10.00', currency: 'USD' }] });
    const json = { 'content-type': 'application/json' };
    const first = await post('/v1/jobs?wait=0', key, job, json);
    const again = await post('/v1/jobs?wait=0', key, job, json);
    expect(first).toMatchObject({ status: 202, body: { status: 'running' } });
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('location')).toBe(`/v1/jobs/${first.body.id}`);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const [failing] = await api.queue.bull
      .getJobs(['prioritized'], 0, -1)
      .then((jobs) => jobs.filter((one) => (one.data as { batchId: string }).batchId === first.body.id));
    expect(failing?.data).toMatchObject({ skus: [sku] });
  });

  test('of another API key is another request', async () => {
    const { key, sku } = fresh();
    const mine = await batch(key, row(sku));
    const theirs = await batch(key, row(sku), { authorization: `Bearer ${secrets.admin}` });
    expect([mine.status, theirs.status]).toEqual([202, 202]);
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect(theirs.headers.get('idempotency-replayed')).toBeNull();
  });

  test('is kept for 24 hours, as a hash', async () => {
    const { key, sku } = fresh();
    await batch(key, row(sku));
    const records = await redis.keys(`${api.store.keys.idempotency('')}*`);
    const ttls = await Promise.all(records.map((record) => redis.ttl(record)));
    expect(Math.max(...ttls)).toBeGreaterThan(24 * 3600 - 60);
    expect(Math.max(...ttls)).toBeLessThanOrEqual(24 * 3600);
    const values = await Promise.all(records.map((record) => redis.get(record)));
    for (const text of [...records, ...values]) expect(text).not.toContain(key);
  });

  test('whose batch somebody removed from Redis is told so', async () => {
    const { key, sku } = fresh();
    const { body } = await batch(key, row(sku));
    await api.store.batches.abandon(String(body.id));
    expect(await batch(key, row(sku))).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
  });
});

describe('another request with the same Idempotency-Key', () => {
  test.each([
    ['another body', '/v1/batches', (sku: string) => row(sku, '11.00'), ndjson],
    ['another query', '/v1/batches?priority=high', row, ndjson],
    ['another content type', '/v1/batches', row, 'application/ndjson'],
    [
      'another path',
      '/v1/jobs',
      (sku: string) => `{"items":[{"sku":"${sku}","price":"1","currency":"USD"}]}`,
      'application/json',
    ],
  ])('with %s is refused', async (_, path, body, type) => {
    const { key, sku } = fresh();
    await batch(key, row(sku));
    const before = await ids();
    const answer = await post(path, key, body(sku), { 'content-type': type });
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
    expect(await ids()).toEqual(before);
    expect(await batch(key, row(sku))).toMatchObject({ status: 202 });
  });
});

describe('a request under way', () => {
  test('makes others with its key wait, however long it takes, and lets them go when it is cut', async () => {
    const { key, sku } = fresh();
    const before = await ids();
    const upload = slowly(key);
    await upload.send(row(sku));
    const id = await untilReceiving(before);
    expect(await batch(key, row(sku))).toMatchObject({
      status: 409,
      body: { type: '/problems/idempotency-conflict' },
    });
    await upload.cut();
    await expect(upload.answer).rejects.toThrow();
    let again = await batch(key, row(sku));
    while (again.status === 409) again = await batch(key, row(sku));
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBeNull();
    expect(again.body.id).not.toBe(id);
    expect(await api.store.batches.get(id)).toBeUndefined();
  });

  test('that lost its key to a resend is not accepted', async () => {
    const { key, sku } = fresh();
    const before = await ids();
    const upload = slowly(key);
    await upload.send(row(sku));
    const id = await untilReceiving(before);
    // As if this process had been frozen for longer than a claim holds.
    for (const record of await redis.keys(`${api.store.keys.idempotency('')}*`))
      if ((await redis.get(record))?.startsWith('claim')) await redis.del(record);
    const resend = await batch(key, row(sku));
    expect(resend.status).toBe(202);
    await upload.end();
    expect(await upload.answer).toMatchObject({ status: 409, body: { type: '/problems/idempotency-conflict' } });
    expect(await api.store.batches.get(id)).toBeUndefined();
    expect(await batch(key, row(sku))).toMatchObject({ status: 202, body: { id: resend.body.id } });
  });

  test('that is refused gives its key back at once', async () => {
    const { key, sku } = fresh();
    expect((await batch(key, '')).status).toBe(400);
    expect(await batch(key, row(sku))).toMatchObject({ status: 202 });
  });
});

describe('an Idempotency-Key that cannot be used', () => {
  test.each([
    ['empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['that is not ASCII', 'clé'],
    ['with a tab', 'a\tb'],
  ])('%s is refused', async (_, key) => {
    const answer = await batch(key, row(fresh().sku));
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/idempotency-key-invalid' } });
    expect(answer.body.errors).toMatchObject([{ header: 'Idempotency-Key' }]);
  });

  test('with another beside it is refused', async () => {
    const headers = {
      authorization: `Bearer ${secrets.write}`,
      'content-type': ndjson,
      'idempotency-key': ['one', 'two'],
    };
    const status = await new Promise((resolve, reject) => {
      const req = request(`${api.url}/v1/batches`, { method: 'POST', headers }, (res) => {
        res.resume();
        resolve(res.statusCode);
      });
      req.once('error', reject).end(row(fresh().sku));
    });
    expect(status).toBe(400);
  });

  test('may have 255 characters', async () => {
    expect((await batch('k'.repeat(255), row(fresh().sku))).status).toBe(202);
  });
});
