import { CountsInMemory } from '@reprice/store';
import { startRedis } from '@reprice/testkit';
import { describe, expect, test } from 'vitest';
import { type Stats, statsSchema } from '../src/schemas/stats.ts';
import { startApiUnderTest } from './api-under-test.ts';
import { settleAll } from './priced-by-rules.ts';

const item = (sku: string) => JSON.stringify({ sku, price: '10.00', currency: 'EUR' });

async function statsOf(api: Awaited<ReturnType<typeof startApiUnderTest>>, query = ''): Promise<Stats> {
  const response = await api.call(`/v1/stats${query}`);
  expect(response.status).toBe(200);
  return statsSchema.parse(await response.json());
}

describe('GET /v1/stats', () => {
  test('tells what waits since when, what was counted, and what may still be spent', async () => {
    const api = await startApiUnderTest({ maxJobs: 777 });
    await api.store.admission.seed({
      dailyNanoUsd: { value: 100e9, stated: true },
      rpm: { value: 600, stated: true },
      tpm: { value: 0, stated: true },
    });
    const empty = await statsOf(api);
    expect(empty).toMatchObject({ priced: 0, skusPerSecond: 0, workers: [], batches: { running: 0 }, topChanges: [] });
    expect(empty.gateway).toEqual({ calls: {}, errorPercent: 0, latencyMs: null, firstByteMs: null, waitMs: null });
    expect(empty.budget.forecast).toMatchObject({ usdPerHour: '0.00', exhaustedAt: null });
    expect(empty.budget).toMatchObject((await (await api.call('/v1/budget')).json()) as object);

    for (const priority of ['low', 'normal', 'normal'])
      await api.submit(item('a'), 'application/x-ndjson', `?priority=${priority}`);
    await api.store.processes.beat({ id: 'w1', kind: 'worker', host: 'here', pid: 7 });
    const counts = new CountsInMemory();
    counts.add('priced', 100);
    counts.add('tokens', 5000);
    counts.add('costNanoUsd', 2_000_000_000);
    for (const kind of ['complete', 'complete', 'complete', 'timeout']) counts.call(kind);
    for (let i = 0; i < 6; i++) counts.sent();
    counts.time('latency', 900);
    // A second that is over.
    const nowMs = await api.store.stats.nowMs();
    await api.store.stats.add(api.store.stats.seal(counts, [], nowMs - 1000));
    await expect.poll(async () => (await statsOf(api)).priced).toBe(100);

    const stats = await statsOf(api, '?minutes=3');
    expect(stats.queue).toMatchObject({ waiting: { critical: 0, high: 0, normal: 2, low: 1 }, maxJobs: 777 });
    expect(stats.queue.oldestWaitingSeconds).toMatchObject({ critical: null, high: null });
    expect(stats.queue.oldestWaitingSeconds.low).toBeGreaterThanOrEqual(stats.queue.oldestWaitingSeconds.normal ?? 99);
    expect(stats).toMatchObject({
      skusPerSecond: 10,
      tokens: 5000,
      costUsd: '2.00',
      batches: { running: 3 },
      workers: [{ id: 'w1', host: 'here', pid: 7 }],
      gateway: { calls: { complete: 3, timeout: 1 }, errorPercent: 25 },
      rate: { rpm: { limit: 600, usedLastMinute: 6 }, tpm: { limit: 0, usedLastMinute: 5000 } },
    });
    expect(stats.series.priced).toHaveLength(3);
    expect(stats.series.priced.reduce((sum, n) => sum + n)).toBe(100);
    expect(Number(stats.budget.forecast.usdPerHour)).toBeGreaterThan(50);
  });

  test('holds what a person changed among the largest changes of the day', async () => {
    const api = await startApiUnderTest();
    const row = { sku: 'held-1', price: '100.00', currency: 'USD', stock: 5, capacity: 100, competitors: ['120.00'] };
    await api.submit(JSON.stringify(row), 'application/x-ndjson');
    await settleAll(api);
    const headers = { 'content-type': 'application/json' };
    const approved = await api.call('/v1/prices/held-1/approve', { method: 'POST', body: '{}', headers });
    const price = (await approved.json()) as { price: string; changePercent: number };
    await expect
      .poll(async () => (await statsOf(api)).topChanges)
      .toMatchObject([
        {
          sku: 'held-1',
          source: 'manual',
          previousPrice: '100.00',
          price: price.price,
          changePercent: price.changePercent,
        },
      ]);
  });

  test('is computed once for all who ask within a second', async () => {
    const api = await startApiUnderTest();
    const startedMs = performance.now();
    const all = await Promise.all(Array.from({ length: 20 }, () => statsOf(api)));
    const secondsOver = Math.floor((performance.now() - startedMs) / 1000);
    expect(new Set(all.map((stats) => stats.at)).size).toBeLessThanOrEqual(1 + secondsOver);
  });

  test.each(['0', '1441', '5.5', 'x', '-1'])('refuses %s minutes', async (minutes) => {
    const api = await startApiUnderTest();
    const response = await api.call(`/v1/stats?minutes=${minutes}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ parameter: 'minutes' }] });
  });

  test('is a 503 while Redis is away, and tells again when it is back', async () => {
    const redis = await startRedis();
    const api = await startApiUnderTest({ redisUrl: redis.url });
    await statsOf(api);
    await redis.kill();
    await expect.poll(async () => (await api.call('/v1/stats')).status).toBe(503);
    expect((await api.call('/v1/stats')).headers.get('retry-after')).toBeTruthy();
    await redis.restart();
    await expect.poll(async () => (await api.call('/v1/stats')).status).toBe(200);
  });
});
