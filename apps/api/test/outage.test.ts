import { startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { REFUSED_WITHIN_MS, secrets, startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

const good = JSON.stringify({ sku: 'a', price: '1.00', currency: 'USD' });

async function configure(url: string, name: string, value: string): Promise<void> {
  const redis = new Redis(url);
  await redis.config('SET', name, value);
  redis.disconnect();
}

describe('while Redis is away', () => {
  test('the API lives, and answers 503 with Retry-After within two seconds, till Redis is back', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url });
    expect((await api.submit(good, 'application/x-ndjson')).status).toBe(202);
    const accepted = (await api.store.batches.list({ limit: 10 })).items.length;

    const calls: [string, RequestInit?][] = [
      ['/v1/batches', { method: 'POST', body: good, headers: { 'content-type': 'application/x-ndjson' } }],
      ['/v1/batches'],
      ['/v1/batches/bxyz/results'],
      [
        '/v1/jobs?wait=10',
        { method: 'POST', body: `{"items":[${good}]}`, headers: { 'content-type': 'application/json' } },
      ],
      ['/v1/jobs/bxyz.0'],
      ['/v1/prices/a'],
      ['/v1/budget'],
    ];
    const allFail = async (): Promise<void> => {
      for (const [path, init] of calls) {
        const startedMs = performance.now();
        const response = await api.call(path, init);
        expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '5']);
        expect(await response.json()).toMatchObject({ type: '/problems/dependency-unavailable' });
        expect(performance.now() - startedMs).toBeLessThan(REFUSED_WITHIN_MS);
      }
      expect((await api.call('/healthz')).status).toBe(200);
      const ready = await api.call('/readyz');
      expect([ready.status, await ready.json()]).toMatchObject([
        503,
        { status: 'not-ready', checks: { redis: { ok: false } } },
      ]);
    };

    await redis.kill();
    await allFail();
    await redis.restart();
    while ((await api.call('/readyz')).status !== 200);
    expect((await api.submit(good, 'application/x-ndjson')).status).toBe(202);
    expect((await api.store.batches.list({ limit: 10 })).items).toHaveLength(accepted + 1);

    // Frozen: connections stay open and nothing answers.
    redis.pause();
    await allFail();
    redis.resume();
    while ((await api.call('/readyz')).status !== 200);
    expect((await api.submit(good, 'application/x-ndjson')).status).toBe(202);
    expect(JSON.stringify(api.logged)).not.toContain(secrets.write);
  });

  test('an upload under way is answered 503 and not accepted', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url });
    let rows = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (rows >= 100_000) {
          controller.close();
          return;
        }
        if (rows === 20_000) await redis.kill();
        let text = '';
        for (let i = 0; i < 1000; i++)
          text += `${JSON.stringify({ sku: `s${rows++}`, price: '1.00', currency: 'USD' })}\n`;
        controller.enqueue(Buffer.from(text));
      },
    });
    const answer = await api.submit(body, 'application/x-ndjson');
    expect([answer.status, answer.body.type]).toEqual([503, '/problems/dependency-unavailable']);
    await redis.restart();
    while ((await api.call('/readyz')).status !== 200);
    for (const batch of (await api.store.batches.list({ limit: 10 })).items) expect(batch.status).toBe('receiving');
    expect(await api.store.batches.enqueueing()).toEqual([]);
  });

  test('who waits for a job goes on waiting, and is told when it is done', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url });
    const submit = (wait: number) =>
      api.call(`/v1/jobs?wait=${wait}`, {
        method: 'POST',
        body: `{"items":[${good}]}`,
        headers: { 'content-type': 'application/json' },
      });
    const answer = submit(20);
    while ((await api.queue.waiting()).normal === 0);
    await redis.kill();
    await redis.restart();
    while ((await api.call('/readyz')).status !== 200);
    await settleAll(api);
    expect([(await answer).status, await (await answer).json()]).toMatchObject([
      200,
      { status: 'done', items: [{ sku: 'a' }] },
    ]);

    // It was accepted: with Redis away to the end, the answer is that it runs, and not that nothing was accepted.
    const late = submit(2);
    while ((await api.queue.waiting()).normal === 0);
    await redis.kill();
    expect([(await late).status, await (await late).json()]).toMatchObject([202, { status: 'running' }]);
  });

  test('and when its memory is full: 503 before anything is accepted, and reading goes on', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url });
    await configure(redis.url, 'maxmemory', '1');
    const answer = await api.submit(good, 'application/x-ndjson');
    expect([answer.status, answer.body.type]).toEqual([503, '/problems/dependency-unavailable']);
    expect(answer.body.detail).toContain('out of memory');
    expect(await (await api.call('/v1/batches')).json()).toEqual({ items: [], nextCursor: null });
    await configure(redis.url, 'maxmemory', '0');
    expect((await api.submit(good, 'application/x-ndjson')).status).toBe(202);
  });

  test('or may throw work away: not ready', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url });
    expect((await api.call('/readyz')).status).toBe(200);
    await configure(redis.url, 'maxmemory-policy', 'allkeys-lru');
    const ready = await api.call('/readyz');
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { checks: { redis: { ok: false, detail: expect.stringContaining('allkeys-lru') } } },
    ]);
  });
});
