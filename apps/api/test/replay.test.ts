import { noCanary } from '@reprice/pricing';
import { testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApiUnderTest();
});

const ndjson = 'application/x-ndjson';
const item = (sku: string, more: object = {}) => JSON.stringify({ sku, price: '12.90', currency: 'USD', ...more });

/** What is read of an answer: a list of failed jobs, what a replay did, or a problem. */
const bodySchema = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })).optional(),
  nextCursor: z.string().nullish(),
  byReason: z.record(z.string(), z.number()).optional(),
  asOf: z.string().optional(),
  matched: z.number().optional(),
  replayed: z.number().optional(),
  worstCaseUsd: z.string().optional(),
  type: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.looseObject({ pointer: z.string().optional() })).optional(),
});

interface Answer {
  readonly status: number;
  readonly body: z.infer<typeof bodySchema>;
}

async function post(path: string, body?: unknown, secret: string = secrets.write): Promise<Answer> {
  const response = await api.call(path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: bodySchema.parse(await response.json()) };
}

async function get(path: string): Promise<Answer> {
  const response = await api.call(path);
  return { status: response.status, body: bodySchema.parse(await response.json()) };
}

/** A batch of SKUs, in packs of 25 of a strategy, settled; those whose name begins with `fail` failed. */
async function settled(skus: readonly string[], query = ''): Promise<string> {
  const { body } = await api.submit(skus.map((sku) => item(sku)).join('\n'), ndjson, query);
  await settleAll(api);
  return String(body.id);
}

/** `count` jobs that failed, of two SKUs each. */
async function failedJobs(count: number, more: { priority?: 'low' | 'high'; reason?: string } = {}): Promise<string> {
  const { priority = 'low', reason = 'gateway_failed' } = more;
  const { store } = api;
  const id = await store.batches.open({ kind: 'batch', priority, mode: 'live' });
  const packs = Array.from({ length: count }, (_, i) => ({
    first: 2 * i,
    strategy: 'balanced',
    skus: [`${id}-${2 * i}`, `${id}-${2 * i + 1}`],
  }));
  await store.batches.stage(id, { packs });
  await store.batches.commit(id);
  await store.batches.enqueued(id);
  const failedAt = new Date().toISOString();
  for (const { first, strategy, skus } of packs) {
    const job = { id: `${id}.${first}`, batchId: id, priority, strategy, replays: 0, skus, ordinals: first };
    const rows = skus.map((sku, i) => ({
      ordinal: first + i,
      failure: { sku, reason, detail: 'It is.', jobId: job.id, failedAt },
    }));
    await store.failedJobs.fail(job, rows);
  }
  return id;
}

const waiting = async () => await api.queue.waiting();

describe('GET /v1/jobs', () => {
  test('lists failed jobs, the newest first, with the SKUs that failed and counts by reason', async () => {
    const first = await settled(['fail-1', 'ok', 'fail-2'], '?priority=high');
    const second = await settled(['fail-3']);
    const { status, body } = await get('/v1/jobs?state=failed');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          id: `${second}.0`,
          status: 'failed',
          priority: 'normal',
          batchId: second,
          skus: ['fail-3'],
          reason: 'invalid_answer',
          detail: 'The answer was none.',
          failedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          replays: 0,
        },
        expect.objectContaining({ id: `${first}.0`, priority: 'high', skus: ['fail-1', 'fail-2'] }),
      ],
      nextCursor: null,
      byReason: { invalid_answer: 2 },
    });
    expect((await get('/v1/jobs')).body).toEqual(body);
    expect((await get(`/v1/jobs/${first}.0`)).body).toMatchObject({
      status: 'failed',
      priority: 'high',
      failure: 'invalid_answer: The answer was none.',
    });
  });

  test('filters by reason, priority, batch and age, and counts what it filters', async () => {
    const low = await failedJobs(2);
    const high = await failedJobs(1, { priority: 'high', reason: 'refused' });
    const ids = async (query: string) => {
      const { body } = await get(`/v1/jobs?${query}`);
      return [body.items?.map(({ id }) => id), body.byReason];
    };
    expect(await ids('reason=refused')).toEqual([[`${high}.0`], { refused: 1 }]);
    expect(await ids('priority=low')).toEqual([[`${low}.2`, `${low}.0`], { gateway_failed: 2 }]);
    expect(await ids(`batch=${low}`)).toEqual([[`${low}.2`, `${low}.0`], { gateway_failed: 2 }]);
    expect(await ids(`batch=${low}&reason=refused`)).toEqual([[], {}]);
    expect(await ids('maxAge=1h')).toEqual([[`${high}.0`, `${low}.2`, `${low}.0`], { gateway_failed: 2, refused: 1 }]);
    const times = await Promise.all(
      [`${low}.0`, `${low}.2`].map(async (id) => (await api.store.failedJobs.get([id]))[0]?.failedAtUs ?? 0),
    );
    const redis = new Redis(testRedis().url);
    await redis.zadd(api.store.keys.failedJobsAt(), (times[0] ?? 0) - 7_200_000_000, `${low}.0`);
    expect(await ids('maxAge=1h')).toEqual([[`${high}.0`, `${low}.2`], { gateway_failed: 1, refused: 1 }]);
    expect((await ids('maxAge=3h'))[0]).toHaveLength(3);
    redis.disconnect();
  });

  test('goes page by page', async () => {
    const id = await failedJobs(5);
    const seen: string[] = [];
    let path = '/v1/jobs?limit=2';
    for (let pages = 1; ; pages++) {
      const { body } = await get(path);
      seen.push(...(body.items ?? []).map((job) => job.id));
      expect(body.byReason).toEqual({ gateway_failed: 5 });
      if (body.nextCursor === null) {
        expect(pages).toBe(3);
        break;
      }
      path = `/v1/jobs?limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual([8, 6, 4, 2, 0].map((row) => `${id}.${row}`));
  });

  test.each([
    ['state=waiting', 'only failed jobs are listed'],
    ['state=', 'only failed jobs are listed'],
    ['reason=No+Reason', 'a reason such as'],
    ['priority=urgent', 'critical, high, normal, low'],
    ['batch=meta', 'the id of a batch'],
    ['maxAge=2', undefined],
    ['maxAge=2w', '90s, 30m, 2h or 7d'],
    ['maxAge=0', '90s, 30m, 2h or 7d'],
    ['limit=1e9', 'from 1 to 200'],
    ['limit=0', 'from 1 to 200'],
    ['cursor=../etc', 'nextCursor'],
    ['cursor=99999999999999999', 'nextCursor'],
    ['prioritty=low', 'did you mean "priority"'],
    ['reason=a&reason=b', 'once'],
  ])('?%s', async (query, words) => {
    const { status, body } = await get(`/v1/jobs?${query}`);
    expect(status).toBe(words === undefined ? 200 : 400);
    if (words !== undefined) expect(body.detail).toContain(words);
  });
});

describe('POST /v1/jobs/replay', () => {
  test('puts every failed job into the queue again, with its priority; its batch waits again', async () => {
    const low = await failedJobs(3);
    const high = await failedJobs(2, { priority: 'high' });
    const { status, body } = await post('/v1/jobs/replay');
    expect([status, body]).toEqual([
      200,
      {
        matched: 5,
        replayed: 5,
        remaining: 0,
        gone: 0,
        worstCaseUsd: '0.00',
        dryRun: false,
        asOf: expect.stringMatching(/Z$/),
      },
    ]);
    expect(await waiting()).toEqual({ critical: 0, high: 2, normal: 0, low: 3 });
    expect((await get(`/v1/batches/${low}`)).body).toMatchObject({
      status: 'running',
      failed: 0,
      waiting: 6,
      finishedAt: null,
    });
    expect((await get(`/v1/jobs/${high}.2`)).body).toMatchObject({ status: 'prioritized', priority: 'high' });
    expect((await get('/v1/jobs')).body).toEqual({ items: [], nextCursor: null, byReason: {} });
    expect((await post('/v1/jobs/replay')).body).toMatchObject({ matched: 0, replayed: 0 });
    expect(await waiting()).toMatchObject({ high: 2, low: 3 });
  });

  test('tells what it may cost before it does anything, from the snapshots as they are now', async () => {
    const id = await settled(['fail-1', 'fail-2', 'ok']);
    const dry = await post('/v1/jobs/replay?dryRun=true');
    expect(dry.body).toMatchObject({ matched: 1, replayed: 0, remaining: 1, gone: 0, dryRun: true });
    expect(Number(dry.body.worstCaseUsd)).toBeGreaterThan(0);
    expect(Number(dry.body.worstCaseUsd)).toBeLessThan(0.001);
    expect((await get(`/v1/batches/${id}`)).body).toMatchObject({ status: 'done', failed: 2 });
    expect(await waiting()).toMatchObject({ normal: 0 });
    // Longer prices take more tokens.
    await api.submit([item('fail-1', { price: '99999.99', competitors: ['88888.88'] })].join('\n'), ndjson);
    const dearer = await post('/v1/jobs/replay', { dryRun: true });
    expect(Number(dearer.body.worstCaseUsd)).toBeGreaterThan(Number(dry.body.worstCaseUsd));
    const canary = { ...noCanary, id: 'c', state: 'running', percent: 100, model: 'gpt-4.1' } as const;
    expect(await api.store.routes.change(noCanary, canary)).toBe(true);
    const beside = await post('/v1/jobs/replay', { dryRun: true });
    expect(Number(beside.body.worstCaseUsd)).toBeGreaterThan(4 * Number(dearer.body.worstCaseUsd));
    expect((await post('/v1/jobs/replay')).body.worstCaseUsd).toBe(beside.body.worstCaseUsd);
  });

  test('takes filters from the query, from the body, or from both', async () => {
    const low = await failedJobs(3);
    await failedJobs(2, { priority: 'high' });
    await failedJobs(1, { priority: 'high', reason: 'refused' });
    const matched = async (query: string, body?: object) =>
      (await post(`/v1/jobs/replay?dryRun=true&${query}`, body)).body.matched;
    expect(await matched('state=failed')).toBe(6);
    expect(await matched('reason=refused')).toBe(1);
    expect(await matched('', { priority: 'high' })).toBe(3);
    expect(await matched('priority=high', { reason: 'gateway_failed', priority: 'high' })).toBe(2);
    expect(await matched('', { batch: low, maxAgeSeconds: 60 })).toBe(3);
    expect(await matched('maxAge=1m', {})).toBe(6);
    expect((await post('/v1/jobs/replay?priority=high', { priority: 'low' })).status).toBe(400);
    expect((await post('/v1/jobs/replay?reason=refused')).body).toMatchObject({ matched: 1, replayed: 1 });
    expect(await waiting()).toMatchObject({ high: 1, low: 0 });
  });

  test('replays the oldest first, as many as the limit says, and tells how many remain', async () => {
    const id = await failedJobs(250);
    expect((await post('/v1/jobs/replay', { limit: 120 })).body).toMatchObject({
      matched: 250,
      replayed: 120,
      remaining: 130,
    });
    expect((await api.queue.job(`${id}.238`))?.state).toBe('prioritized');
    expect(await api.queue.job(`${id}.240`)).toBeUndefined();
    expect((await post('/v1/jobs/replay')).body).toMatchObject({ matched: 130, replayed: 130, remaining: 0 });
    expect(await waiting()).toMatchObject({ low: 250 });
  });

  test('leaves jobs alone that failed after the moment that an earlier answer told', async () => {
    await failedJobs(2);
    const { asOf } = (await post('/v1/jobs/replay?dryRun=true')).body;
    expect(asOf).toBeDefined();
    while (Date.now() <= Date.parse(asOf ?? '') + 1);
    await failedJobs(3, { priority: 'high' });
    expect((await post('/v1/jobs/replay', { asOf })).body).toMatchObject({ matched: 2, replayed: 2, asOf });
    expect(await waiting()).toMatchObject({ low: 2, high: 0 });
  });

  test('of named jobs replays those, and the job of the small door by the id that its client has', async () => {
    const id = await failedJobs(3);
    const response = await post('/v1/jobs', { items: [JSON.parse(item('fail-a')), JSON.parse(item('fail-b'))] });
    await settleAll(api);
    const small = response.body.id;
    const ids = [`${id}.2`, small, `${id}.2`];
    expect((await post('/v1/jobs/replay', { ids, dryRun: true })).body).toMatchObject({ matched: 2, replayed: 0 });
    expect((await post('/v1/jobs/replay', { ids })).body).toMatchObject({ matched: 2, replayed: 2, remaining: 0 });
    expect(await waiting()).toMatchObject({ low: 1, normal: 1 });
    expect((await get(`/v1/jobs/${small}`)).body).toEqual({ id: small, status: 'running' });
  });

  test('a hundred times at once runs each job once', async () => {
    const id = await failedJobs(3);
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('/v1/jobs/replay')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.reduce((sum, { body }) => sum + (body.replayed ?? Number.NaN), 0)).toBe(3);
    expect(await waiting()).toMatchObject({ low: 3 });
    expect((await get(`/v1/batches/${id}`)).body).toMatchObject({ failed: 0, waiting: 6 });
  });

  test('replays neither what is priced nor what was replayed and failed anew while it ran', async () => {
    const id = await settled(['fail-1', 'ok']);
    await post('/v1/jobs/replay');
    expect(await settleAll(api)).toBe(1);
    expect((await get(`/v1/batches/${id}`)).body).toMatchObject({ status: 'done', priced: 1, failed: 1 });
    expect((await get('/v1/jobs')).body.items).toMatchObject([{ id: `${id}.0`, skus: ['fail-1'], replays: 1 }]);
  });

  test('drops a job whose batch is gone, and says so', async () => {
    const gone = await failedJobs(1);
    await failedJobs(1);
    await api.store.batches.abandon(gone);
    expect((await post('/v1/jobs/replay?dryRun=true')).body).toMatchObject({ matched: 2, remaining: 1, gone: 1 });
    expect((await post('/v1/jobs/replay')).body).toMatchObject({ matched: 2, replayed: 1, remaining: 0, gone: 1 });
    expect((await get('/v1/jobs')).body.items).toEqual([]);
  });

  test('needs scope write, also for a dry run', async () => {
    expect((await post('/v1/jobs/replay?dryRun=true', undefined, secrets.read)).status).toBe(403);
    expect((await post('/v1/jobs/replay', undefined, 'none')).status).toBe(401);
  });
});

describe('a queue without room', () => {
  test('takes no replay, and stops one that fills it', async () => {
    api = await startApiUnderTest({ maxJobs: 150 });
    await failedJobs(250);
    expect((await post('/v1/jobs/replay')).body).toMatchObject({ matched: 250, replayed: 200, remaining: 50 });
    const { status, body } = await post('/v1/jobs/replay');
    expect([status, body.type]).toEqual([503, '/problems/queue-full']);
    expect((await post('/v1/jobs/replay?dryRun=true')).body).toMatchObject({ matched: 50 });
  });

  test('leaves the share of the queue that is kept for more urgent work alone, also where it names no priority', async () => {
    api = await startApiUnderTest({ maxJobs: 140 });
    await failedJobs(120, { priority: 'low' });
    // A hundred at once, where 98 low jobs may be.
    expect((await post('/v1/jobs/replay')).body).toMatchObject({ matched: 120, replayed: 100, remaining: 20 });
    const { status, body } = await post('/v1/jobs/replay');
    expect([status, body.type]).toEqual([503, '/problems/queue-full']);
    expect(body.detail).toContain('low work may fill 70 %');
    expect((await post('/v1/jobs/replay?dryRun=true')).body).toMatchObject({ matched: 20 });
  });
});

describe('POST /v1/batches/:id/replay', () => {
  test('replays the failed jobs of one batch', async () => {
    const one = await failedJobs(2);
    const other = await failedJobs(2);
    expect((await post(`/v1/batches/${one}/replay`, {})).body).toMatchObject({ matched: 2, replayed: 2 });
    expect((await get(`/v1/batches/${one}`)).body).toMatchObject({ status: 'running', waiting: 4 });
    expect((await get(`/v1/batches/${other}`)).body).toMatchObject({ status: 'done', failed: 4 });
    expect((await post(`/v1/batches/${one}/replay`)).body).toMatchObject({ matched: 0, replayed: 0 });
    const filtered = await post(`/v1/batches/${other}/replay?reason=refused`, { priority: 'low' });
    expect(filtered.body).toMatchObject({ matched: 0 });
  });

  test('of a batch that is not there is 404, and takes neither ids nor another batch', async () => {
    const id = await failedJobs(1);
    expect((await post('/v1/batches/b00000000000/replay')).status).toBe(404);
    expect((await post('/v1/batches/nosuch/replay')).status).toBe(404);
    expect((await post(`/v1/batches/${id}/replay`, { ids: [`${id}.0`] })).body.type).toBe('/problems/unknown-field');
    expect((await post(`/v1/batches/${id}/replay?batch=${id}`)).body.type).toBe('/problems/unknown-field');
    await api.store.batches.abandon(id);
    expect((await post(`/v1/batches/${id}/replay`)).status).toBe(404);
  });
});

describe('what a replay refuses', () => {
  const many = (count: number) => ({ ids: Array.from({ length: count }, (_, i) => `b${i}`) });

  test.each<[string, unknown, number, string, string?]>([
    ['an unknown job', { ids: ['b00000000000.0'] }, 404, 'not-found', '/ids/0'],
    ['a name of BullMQ’s own', { ids: ['meta'] }, 404, 'not-found', '/ids/0'],
    ['a batch in place of a job', { ids: ['BATCH'] }, 404, 'not-found', '/ids/0'],
    ['a job beyond the batch', { ids: ['BATCH.99999'] }, 404, 'not-found', '/ids/0'],
    ['a completed job', { ids: ['BATCH.0'] }, 409, 'conflict', '/ids/0'],
    ['a running job beside a failed one', { ids: ['FAILED.0', 'RUNNING.0'] }, 409, 'conflict', '/ids/1'],
    ['an unknown job beside a failed one', { ids: ['FAILED.0', 'b0'] }, 404, 'not-found', '/ids/1'],
    ['a job whose batch is gone', { ids: ['GONE.0'] }, 404, 'not-found', '/ids/0'],
    ['a batch that is gone', { batch: 'GONE' }, 404, 'not-found'],
    ['1001 ids', many(1001), 413, 'batch-too-large', '/ids'],
    ['a million ids', many(1_000_000), 413, 'payload-too-large'],
    ['no ids', { ids: [] }, 400, 'validation', '/ids'],
    ['ids that are numbers', { ids: [7] }, 400, 'validation', '/ids/0'],
    ['ids beside filters', { ids: ['FAILED.0'], reason: 'refused' }, 400, 'validation', '/ids'],
    ['an unknown member', { reasons: 'refused' }, 400, 'unknown-field', '/reasons'],
    ['__proto__', '{"__proto__":{"x":1}}', 400, 'unknown-field', '/__proto__'],
    ['a priority of none', { priority: 'urgent' }, 400, 'validation', '/priority'],
    ['an age that is none', { maxAgeSeconds: '2h' }, 400, 'validation', '/maxAgeSeconds'],
    ['a negative age', { maxAgeSeconds: -1 }, 400, 'validation', '/maxAgeSeconds'],
    ['a limit beyond 10,000', { limit: 10_001 }, 400, 'validation', '/limit'],
    ['half a job', { limit: 0.5 }, 400, 'validation', '/limit'],
    ['a moment that is none', { asOf: 'yesterday' }, 400, 'validation', '/asOf'],
    ['dryRun as a word', { dryRun: 'yes' }, 400, 'validation', '/dryRun'],
    ['a list', '[]', 400, 'malformed-json'],
    ['cut JSON', '{"ids":', 400, 'malformed-json'],
  ])('%s, and changes nothing', async (_, body, status, name, pointer) => {
    const batch = await settled(['ok']);
    const failed = await failedJobs(1);
    const gone = await failedJobs(1);
    await api.store.batches.abandon(gone);
    const running = (await api.submit(item('runs'), ndjson, '?priority=critical')).body.id;
    const places: Record<string, string> = { BATCH: batch, FAILED: failed, GONE: gone, RUNNING: String(running) };
    const text = (typeof body === 'string' ? body : JSON.stringify(body)).replace(
      /"(BATCH|FAILED|GONE|RUNNING)\b/g,
      (__, place: string) => `"${places[place]}`,
    );
    const answer = await post('/v1/jobs/replay', text);
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${name}`]);
    if (pointer !== undefined) expect(answer.body.errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect(await waiting()).toEqual({ critical: 1, high: 0, normal: 0, low: 0 });
    expect((await get('/v1/jobs')).body.byReason).toEqual({ gateway_failed: 2 });
  });

  test.each([
    ['dryRun=yes', 'true or false'],
    ['limit=10001', 'from 1 to 10000'],
    ['asOf=now', 'asOf of an earlier answer'],
    ['ids=a', 'ids'],
    ['state=completed', 'only failed jobs'],
  ])('?%s', async (query, words) => {
    const { status, body } = await post(`/v1/jobs/replay?${query}`);
    expect(status).toBe(400);
    expect(body.detail).toContain(words);
  });

  test('and a text in place of JSON', async () => {
    const response = await api.call('/v1/jobs/replay', {
      method: 'POST',
      body: 'all',
      headers: { 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(415);
  });
});
