import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@reprice/testkit';
import { describe, expect, test } from 'vitest';
import { OpenBatches } from '../src/intake/open-batches.ts';
import { startApiUnderTest } from './api-under-test.ts';

const batch = { kind: 'batch', priority: 'normal', mode: 'live' } as const;
const packs = [{ first: 0, strategy: 'balanced', skus: ['a'] }];

describe('a batch that is given up', () => {
  test('while Redis is away, is gone once Redis is back, though its acceptance had arrived', async () => {
    const redis = await startRedis();
    const { store } = await startApiUnderTest({ redisUrl: redis.url });
    const open = new OpenBatches(store.batches, { retryMs: 50 });
    const id = await open.open(batch);
    await store.batches.stage(id, { packs });
    // The answer to this is what a client never got.
    await store.batches.commit(id);
    await redis.kill();
    await open.abandon(id);
    await redis.restart();
    while ((await store.batches.get(id).catch(() => 'away')) !== undefined) await sleep(20);
    expect((await store.batches.list({ limit: 10 })).items).toEqual([]);
  });

  test('when the process ends, is every one that was not accepted', async () => {
    const { store } = await startApiUnderTest();
    const open = new OpenBatches(store.batches);
    const [accepted, left] = [await open.open(batch), await open.open(batch)];
    for (const id of [accepted, left]) await store.batches.stage(id, { packs });
    await store.batches.commit(accepted);
    open.accepted(accepted);
    await open.close();
    expect((await store.batches.list({ limit: 10 })).items.map(({ id }) => id)).toEqual([accepted]);
  });
});
