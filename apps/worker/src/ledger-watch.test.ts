import { Store } from '@reprice/store';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { ledgerWatch } from './ledger-watch.ts';

let redis: Redis;
afterEach(() => redis.disconnect());

it('ends the rest of the queue when a limit was raised or taken away, and at no other time', async () => {
  redis = new Redis(testRedis().url);
  const store = new Store(redis, {
    timeZone: 'UTC',
    leaseMs: 60_000,
    now: () => Date.now(),
    namespace: freshNamespace(),
  });
  const stated = <T>(value: T) => ({ value, stated: true });
  await store.admission.seed({ dailyNanoUsd: stated(1_000_000_000), rpm: stated(60), tpm: stated(50_000) });
  const gates: number[] = [];
  let rests = 0;
  const follower = {
    setRpm: (rpm: number) => gates.push(rpm),
    endRest: async () => {
      rests++;
    },
  };
  const watch = ledgerWatch(store, follower, () => {});
  const after = async (limits: { rpm?: number; tpm?: number }) => {
    await store.admission.setLimits(limits);
    await watch.run();
    return rests;
  };
  expect(await after({})).toBe(0);
  expect(await after({ rpm: 30 })).toBe(0);
  expect(await after({ rpm: 600 })).toBe(1);
  expect(await after({})).toBe(1);
  expect(await after({ tpm: 0 })).toBe(2);
  expect(await after({ tpm: 50_000 })).toBe(2);
  expect(gates).toEqual([60, 30, 600]);
});
