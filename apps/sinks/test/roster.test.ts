import { Store } from '@reprice/store';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Deliverer } from '../src/deliverer.ts';
import { Roster } from '../src/roster.ts';
import { settingsOf } from './delivering.ts';
import { ShopWindow } from './shop-window.ts';

it('a sink that is deleted and saved again while its last message is under way is there afterwards', async () => {
  const redis = new Redis(testRedis().url);
  onTestFinished(() => redis.disconnect());
  const store = new Store(redis, { namespace: freshNamespace() });
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const deliver = vi.fn(async () => {
    await answered;
    return { ok: true, latencyMs: 1 } as const;
  });
  const onError = (error: unknown): void => {
    throw error;
  };
  const roster = new Roster({
    sinks: store.sinks,
    configured: {},
    keepMessages: 5000,
    deliverer: (name) =>
      new Deliverer({
        sink: { name, kind: 'http', deliver, close: async () => {} },
        reader: store.sinks.reader(name, 'p1', 60_000),
        attempts: 3,
        concurrency: 1,
        onError,
        onGap: () => {},
        onDead: () => {},
      }),
    onError,
  });
  onTestFinished(() => roster.stop(1000));
  const settings = JSON.stringify(settingsOf('https://shop.example/prices'));
  await store.sinks.save('shop', settings);
  await roster.look();
  await new ShopWindow(store).publish('a');
  for (const deliverer of roster.deliverers) deliverer.wake();
  await expect.poll(() => deliver).toHaveBeenCalled();

  await store.sinks.forget('shop');
  const looking = roster.look();
  await expect.poll(() => roster.deliverers).toEqual([]);
  await store.sinks.save('shop', settings);
  answer();
  await looking;
  await roster.look();
  expect(await store.sinks.saved()).toEqual({ shop: settings });
  expect((await store.sinks.list()).map(({ name }) => name)).toEqual(['shop']);
});
