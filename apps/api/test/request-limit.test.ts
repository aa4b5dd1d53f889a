import { startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

const as = (scope: keyof typeof secrets): RequestInit => ({ headers: { authorization: `Bearer ${secrets[scope]}` } });

/** What the header RateLimit says. */
function left(response: Response): { remaining: number; resetS: number } {
  const [, remaining, resetS] = /^"[^"]+"; r=(\d+); t=(\d+)$/.exec(response.headers.get('ratelimit') ?? '') ?? [];
  return { remaining: Number(remaining), resetS: Number(resetS) };
}

async function statuses(api: ApiUnderTest, count: number, init?: RequestInit): Promise<number[]> {
  return (await Promise.all(Array.from({ length: count }, () => api.call('/v1/batches', init)))).map((r) => r.status);
}

describe('the request limit of an API key', () => {
  test('is told in draft-8 headers, counts down, and ends in a problem that says when to come back', async () => {
    const api = await startApiUnderTest({ requestRpm: 5 });
    for (const remaining of [4, 3, 2, 1, 0]) {
      const response = await api.call('/v1/prices/nosuch');
      expect([response.status, left(response).remaining]).toEqual([404, remaining]);
      expect(response.headers.get('ratelimit-policy')).toMatch(/^"[^"]+"; q=5; w=60; pk=:[\w+/=]+:$/);
    }
    const refused = await api.call('/v1/prices/nosuch');
    const retryAfterS = Number(refused.headers.get('retry-after'));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(retryAfterS).toBeGreaterThan(0);
    expect(retryAfterS).toBeLessThanOrEqual(60);
    expect(left(refused)).toEqual({ remaining: 0, resetS: retryAfterS });
    expect(await refused.json()).toMatchObject({
      type: '/problems/rate-limited',
      detail: expect.stringContaining(`5 requests a minute (API_RATE_LIMIT_RPM)`),
      requestId: refused.headers.get('x-request-id'),
    });
  });

  test('holds for each key by itself, and for all API processes together', async () => {
    const api = await startApiUnderTest({ requestRpm: 10 });
    const other = await startApiUnderTest({ requestRpm: 10, store: api.store });
    const codes = (await Promise.all([statuses(api, 8), statuses(other, 8)])).flat();
    expect(codes.filter((code) => code === 200)).toHaveLength(10);
    expect(codes.filter((code) => code === 429)).toHaveLength(6);
    expect((await api.call('/v1/batches', as('read'))).status).toBe(200);
  });

  test('leaves alone what needs no key, what has none, and pages', async () => {
    const api = await startApiUnderTest({ requestRpm: 1 });
    expect(await statuses(api, 3)).toContain(429);
    for (const path of ['/healthz', '/readyz', '/admin/queues/', '/login']) {
      const response = await api.call(path);
      expect([path, response.status, response.headers.get('ratelimit')]).toEqual([path, 200, null]);
    }
    const unknown = await api.call('/v1/batches', { headers: { authorization: 'Bearer nobody' } });
    expect([unknown.status, unknown.headers.get('ratelimit')]).toEqual([401, null]);
  });

  test('of 0 is none', async () => {
    const api = await startApiUnderTest({ requestRpm: 0 });
    const response = await api.call('/v1/batches');
    expect([response.status, response.headers.get('ratelimit')]).toEqual([200, null]);
  });

  test('goes on counting when Redis forgot the script, and lets calls go on that a full Redis cannot count', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ requestRpm: 100, redisUrl: redis.url });
    const admin = new Redis(redis.url);
    expect(left(await api.call('/v1/batches')).remaining).toBe(99);
    await admin.script('FLUSH');
    expect(left(await api.call('/v1/batches')).remaining).toBe(98);
    await admin.config('SET', 'maxmemory', '1');
    const uncounted = await api.call('/v1/batches');
    expect([uncounted.status, uncounted.headers.get('ratelimit')]).toEqual([200, null]);
    await admin.config('SET', 'maxmemory', '0');
    expect(left(await api.call('/v1/batches')).remaining).toBe(97);
    admin.disconnect();
  });

  test('holds again after Redis was away', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ requestRpm: 2, redisUrl: redis.url });
    await redis.kill();
    expect((await api.call('/v1/batches')).status).toBe(503);
    await redis.restart();
    while ((await api.call('/readyz')).status !== 200);
    expect((await statuses(api, 3)).toSorted()).toEqual([200, 200, 429]);
  });
});
