import { type ParityNote, Store } from '@reprice/store';
import { freshNamespace, testRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { Departures } from '../src/departures.ts';

const description = { kind: 'http', target: '', origin: 'config' } as const;

function note(sku: string, price: string): ParityNote {
  return { sku, revision: 1, outcome: { kind: 'acknowledged', price, currency: 'EUR' } };
}

it('a sink that no config file names any more is compared with none, keeps its place, and counts again once a process delivers to it', async () => {
  const redis = new Redis(testRedis().url);
  onTestFinished(() => redis.disconnect());
  const { sinks, sinkParity } = new Store(redis, { namespace: freshNamespace() });
  for (const name of ['erp', 'legacy', 'shop']) await sinks.register({ ...description, name }, { keepMessages: 5000 });
  const old = sinks.reader('legacy', 'p1', 60_000);
  await old.take(0);
  let nowMs = 0;
  const removed: string[] = [];
  const departures = new Departures(
    sinks,
    (sink) => void removed.push(sink),
    () => nowMs,
  );
  const look = async (atMs: number, named = ['erp', 'shop']) => {
    nowMs = atMs;
    await departures.look(new Set(named));
    return removed.splice(0);
  };
  const agree = async (sku: string) => {
    for (const name of ['erp', 'shop']) await sinkParity.note(name, [note(sku, '9.90')], 1);
    const { sinks: compared, same, entries } = await sinkParity.read();
    return { compared, same, open: entries.map((entry) => entry.sku) };
  };

  expect(await look(0)).toEqual([]);
  expect(await look(90_000)).toEqual([]); // another process delivers to it
  await old.leave();
  expect(await look(100_000)).toEqual([]);
  expect(await look(130_000, ['erp', 'legacy', 'shop'])).toEqual([]); // named again
  expect(await look(140_000)).toEqual([]);
  expect(await agree('A')).toEqual({ compared: ['erp', 'legacy', 'shop'], same: 0, open: ['A'] });
  expect(await look(199_999)).toEqual([]);
  expect(await look(200_000)).toEqual(['legacy']);
  expect(await look(300_000)).toEqual([]);
  expect(await sinks.get('legacy')).toMatchObject({ isRemoved: true, state: 'delivering' });
  expect(await agree('B')).toEqual({ compared: ['erp', 'shop'], same: 1, open: [] });

  expect(await sinks.remove('nobody')).toBe(false);
  await old.take(0);
  expect(await sinks.remove('legacy')).toBe(false);
  expect(await sinks.get('legacy')).toMatchObject({ isRemoved: false });
  expect(await agree('C')).toMatchObject({ compared: ['erp', 'legacy', 'shop'], open: expect.arrayContaining(['C']) });
  await old.leave();
  await sinks.remove('legacy');
  await sinks.forget('legacy');
  await sinks.register({ ...description, name: 'legacy' }, { keepMessages: 5000 });
  expect(await sinks.get('legacy')).toMatchObject({ isRemoved: false });
});
