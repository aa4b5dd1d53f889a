import { Store } from '@reprice/store';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { Trimming } from '../src/trimming.ts';

it('cuts what every sink has had, but for the newest 5,000 publishes', async () => {
  const redis = new Redis(testRedis().url);
  onTestFinished(() => redis.disconnect());
  const store = new Store(redis, { namespace: freshNamespace() });
  const publish = async (count: number) => {
    const pipeline = redis.pipeline();
    for (let i = 0; i < count; i++) pipeline.xadd(store.keys.changes(), '*', 'chunk', 'x'.repeat(1000));
    await pipeline.exec();
  };
  const deliverAll = async (name: string) => {
    const reader = store.sinks.reader(name, 'p1', 60_000);
    for (;;) {
      const taken = await reader.take(1000);
      if (taken.kind !== 'ours' || taken.changes.length === 0) return;
      await reader.acknowledge(taken.changes.map(({ id }) => ({ id, notes: [] })));
    }
  };
  const length = async () => (await store.sinks.span()).length;
  const trimming = new Trimming(store.sinks);
  const description = { kind: 'http', target: '', origin: 'config' } as const;
  for (const name of ['fast', 'slow']) await store.sinks.register({ ...description, name }, { keepMessages: 50_000 });
  for (let i = 0; i < 4; i++) {
    await publish(2000);
    await trimming.look();
  }
  await deliverAll('fast');
  await trimming.look();
  expect(await length()).toBe(8000);
  await deliverAll('slow');
  await trimming.look();
  expect(await length()).toBeLessThan(6100);
  await trimming.look();
  expect(await length()).toBeGreaterThan(5900);
  await publish(10);
  expect((await store.sinks.list()).map(({ gap, waiting }) => [gap, waiting])).toEqual([
    [undefined, 10],
    [undefined, 10],
  ]);
});
