import { describe, expect, it } from 'vitest';
import { freshStore } from './fixture.ts';

type Store = ReturnType<typeof freshStore>['store'];
const skus = ['a', 'b', 'c'];

async function running(store: Store): Promise<string> {
  const id = await store.batches.open({ kind: 'batch', priority: 'high', mode: 'live' });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus }], unchanged: 2 });
  await store.batches.commit(id);
  return id;
}

async function fail(store: Store, batchId: string, ordinals: number[]): Promise<number> {
  const job = {
    id: `${batchId}.0`,
    batchId,
    priority: 'high',
    strategy: 'balanced',
    replays: 0,
    skus,
    ordinals: 0,
  } as const;
  const rows = ordinals.map((ordinal) => {
    const failedAt = '2026-01-01T00:00:00.000Z';
    return { ordinal, failure: { sku: skus[ordinal] ?? '', reason: 'refused', detail: 'x', jobId: job.id, failedAt } };
  });
  return await store.failedJobs.fail(job, rows);
}

describe('cancelling a batch', () => {
  it('ends it as it is: what is settled stays, what waits stays waiting', async () => {
    const { store, redis } = freshStore({ now: () => 1_700_000_000_000 });
    const id = await running(store);
    await fail(store, id, [1]);
    await redis.script('FLUSH');
    expect(await store.batches.cancel(id)).toBe('running');
    const batch = await store.batches.get(id);
    expect(batch).toMatchObject({
      status: 'cancelled',
      total: 5,
      unchanged: 2,
      failed: 1,
      waiting: 2,
      etaSeconds: null,
    });
    expect(batch?.finishedAt).toBe('2023-11-14T22:13:20.000Z');
    for (const key of [store.keys.batch(id), store.keys.settled(id), store.keys.failed(id)])
      expect(await redis.ttl(key)).toBeGreaterThan(29 * 24 * 3600);
  });

  it('keeps it from the queue and notes that its jobs must leave it', async () => {
    const { store, redis } = freshStore();
    const id = await running(store);
    expect(await store.batches.enqueueing()).toEqual([id]);
    await store.batches.cancel(id);
    expect(await store.batches.enqueueing()).toEqual([]);
    expect(await redis.exists(store.keys.packs(id))).toBe(0);
    expect(await store.batches.cancelling()).toEqual([id]);
    await store.batches.purged(id);
    expect(await store.batches.cancelling()).toEqual([]);
  });

  it('settles nothing afterwards, and its failed jobs are gone for a replay', async () => {
    const { store } = freshStore();
    const id = await running(store);
    await fail(store, id, [0]);
    await store.batches.cancel(id);
    expect(await fail(store, id, [1, 2])).toBe(0);
    const [job] = await store.failedJobs.get([`${id}.0`]);
    expect(job && (await store.failedJobs.revive(job))).toBe('gone');
    expect(await store.batches.commit(id)).toBe('accepted');
    expect(await store.batches.get(id)).toMatchObject({ status: 'cancelled', failed: 1, waiting: 2 });
  });

  it('changes only a batch that runs, and that once', async () => {
    const { store, redis } = freshStore();
    const receiving = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
    const done = await running(store);
    await fail(store, done, [0, 1, 2]);
    const keys = async () => {
      const names = (await redis.keys(`${store.keys.prefix}*`)).sort();
      return await Promise.all(names.map(async (name) => [name, await redis.dump(name)]));
    };
    const before = await keys();
    expect(await store.batches.cancel(receiving)).toBe('receiving');
    expect(await store.batches.cancel(done)).toBe('done');
    expect(await store.batches.cancel('b00000000000')).toBeUndefined();
    expect(await keys()).toEqual(before);
    const id = await running(store);
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.batches.cancel(id)));
    expect(answers.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'cancelled'), 'running']);
  });

  it('tells those who wait for its end', async () => {
    const { store, redis } = freshStore();
    const id = await running(store);
    const subscriber = redis.duplicate();
    const message = new Promise((resolve) => subscriber.once('message', (_, text) => resolve(text)));
    await subscriber.subscribe(store.keys.batchDone());
    await store.batches.cancel(id);
    expect(await message).toBe(id);
    subscriber.disconnect();
  });
});
