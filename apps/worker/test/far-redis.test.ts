import { setTimeout as sleep } from 'node:timers/promises';
import { builtInStrategies, defaultStrategy } from '@reprice/pricing';
import { Store } from '@reprice/store';
import { freshNamespace, testRedis, zoneAtNoon } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { admitCall } from '../src/pipeline/admit-call.ts';
import type { Tools } from '../src/pipeline/tools.ts';

const limit = (value: number) => ({ value, stated: true });
const price = { inputNanoUsdPerMTok: 1, cachedInputNanoUsdPerMTok: 1, outputNanoUsdPerMTok: 1 };

/** A worker's way to a Redis that takes so long in each direction. */
async function workerAt(namespace: string, oneWayMs: number) {
  const redis = new Redis(testRedis().url);
  onTestFinished(() => redis.disconnect());
  const ask = redis.evalsha.bind(redis);
  redis.evalsha = (async (...args: Parameters<typeof ask>) => {
    await sleep(oneWayMs);
    return await ask(...args).finally(() => sleep(oneWayMs));
  }) as unknown as typeof redis.evalsha;
  const store = new Store(redis, { namespace, timeZone: zoneAtNoon(), leaseMs: 60_000 });
  await store.admission.seed({ dailyNanoUsd: limit(1e9), rpm: limit(600), tpm: limit(0) });
  const tools = { store, model: 'm', models: { m: price }, callTimeoutMs: 1000, nowMs: Date.now } as unknown as Tools;
  const strategy = builtInStrategies[defaultStrategy];
  if (!strategy) throw new Error('no strategy');
  return { redis, store, call: () => admitCall(tools, 'low', 'b', strategy, []) };
}

it('gets calls through to a Redis that takes 0.3 s each way, and takes no slots in vain once it knows', async () => {
  const { redis, store, call } = await workerAt(freshNamespace(), 300);
  expect(await call()).toHaveProperty('reservation');
  const slotsTaken = async () => Number(await redis.hget(store.keys.limits(), 'sequence'));
  const before = await slotsTaken();
  for (let i = 0; i < 3; i++) expect(await call()).toHaveProperty('reservation');
  // Who does not know takes two at least; one may be lost to a machine that pauses.
  expect((await slotsTaken()) - before).toBeLessThan(6);
});

it('gives up after a few slots when Redis is too slow to use any, and leaves the others to those who can', async () => {
  const { redis, store, call } = await workerAt(freshNamespace(), 0);
  store.admission.send = async () => 'late';
  await expect(call()).rejects.toThrow('Redis answers too slowly');
  expect(Number(await redis.hget(store.keys.limits(), 'sequence'))).toBe(5);
});
