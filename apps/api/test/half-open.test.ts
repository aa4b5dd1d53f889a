import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, stopwatch, testRedis } from '@reprice/testkit';
import { describe, expect, test } from 'vitest';
import { BatchDone } from '../src/batch-done.ts';
import { connectRedis } from '../src/redis.ts';
import { REFUSED_WITHIN_MS, startApiUnderTest } from './api-under-test.ts';
import { blackHole } from './black-hole.ts';

const good = JSON.stringify({ sku: 'a', price: '1.00', currency: 'USD' });

describe('a connection to Redis that is open and carries nothing', () => {
  test('is noticed within 15 s while nobody asks anything, and replaced', async () => {
    const line = await blackHole(Number(new URL(testRedis().url).port));
    const errors: string[] = [];
    const redis = connectRedis([`redis://127.0.0.1:${line.port}`], (error) => errors.push(error.message));
    while (redis.status !== 'ready') await sleep(10);
    line.swallow();
    const tookMs = stopwatch();
    while (line.connections === 1) await sleep(50);
    expect(tookMs()).toBeLessThan(15_000);
    expect(errors[0]).toContain('Socket timeout');
    while (redis.status !== 'ready') await sleep(10);
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  test('costs a request 503 within two seconds, and the API is itself again soon after the line is', async () => {
    const own = await startRedis();
    const line = await blackHole(own.port);
    const api = await startApiUnderTest({ redisUrl: `redis://127.0.0.1:${line.port}` });
    expect((await api.submit(good, 'application/x-ndjson')).status).toBe(202);
    line.swallowAll();
    const endMs = performance.now() + 6000;
    for (let slowestMs = 0; performance.now() < endMs; ) {
      const startedMs = performance.now();
      const answer = await api.submit(good, 'application/x-ndjson');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      expect(slowestMs).toBeLessThan(REFUSED_WITHIN_MS);
      await sleep(20);
    }
    line.heal();
    const healedMs = performance.now();
    while ((await api.call('/readyz')).status !== 200) await sleep(50);
    expect((await api.submit(good, 'application/x-ndjson')).status).toBe(202);
    expect(performance.now() - healedMs).toBeLessThan(10_000);
  });

  test('is noticed and replaced also where it only listens, and who waits is told all the same', async () => {
    const line = await blackHole(Number(new URL(testRedis().url).port));
    const api = await startApiUnderTest({});
    const done = new BatchDone(api.store, () =>
      connectRedis([`redis://127.0.0.1:${line.port}`], () => {}, {
        offlineQueue: true,
        silenceMs: 400,
        pingEveryMs: 200,
      }),
    );
    const open = async () => {
      const id = await api.store.batches.open({ kind: 'job', priority: 'normal', mode: 'live' });
      return { id, ended: done.wait(id, 60_000, new AbortController().signal) };
    };
    const first = await open();
    while (line.connections === 0) await sleep(10);
    line.swallow();
    await api.store.batches.commit(first.id);
    expect(await first.ended).toBe(true);
    while (line.connections === 1) await sleep(10);
    const second = await open();
    await api.store.batches.commit(second.id);
    expect(await second.ended).toBe(true);
    done.close();
  });
});
