import { describe, expect, it } from 'vitest';
import { freshStore } from './fixture.ts';

const open = (store: ReturnType<typeof freshStore>['store'], kind: 'batch' | 'job' = 'batch') =>
  store.batches.open({ kind, priority: 'normal', mode: 'live' });

describe('batches under way', () => {
  it('are those that are received or run, no jobs, and for a moment those that ended', async () => {
    let nowMs = Date.now();
    const { store, redis } = freshStore({ now: () => nowMs });
    const receiving = await open(store);
    const running = await open(store);
    await store.batches.stage(running, { packs: [{ first: 0, strategy: 'balanced', skus: ['a'] }] });
    await store.batches.commit(running);
    await open(store, 'job');
    const empty = await open(store);
    await store.batches.commit(empty);
    await store.batches.abandon(await open(store));
    const ids = async () => (await store.underWay.list()).map(({ id, status }) => [id, status]);
    const open2 = [
      [receiving, 'receiving'],
      [running, 'running'],
    ];
    expect((await ids()).sort()).toEqual([...open2, [empty, 'done']].sort());
    nowMs += 11_000;
    expect((await ids()).sort()).toEqual(open2.sort());
    expect((await redis.smembers(store.keys.underWay())).sort()).toEqual([receiving, running].sort());
    await store.batches.cancel(running);
    nowMs += 11_000;
    expect(await ids()).toEqual([[receiving, 'receiving']]);
  });

  it('hold a batch that a replay took up again', async () => {
    let nowMs = Date.now();
    const { store } = freshStore({ now: () => nowMs });
    const id = await open(store);
    await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: ['a'] }] });
    await store.batches.commit(id);
    const job = {
      id: `${id}.0`,
      batchId: id,
      priority: 'normal',
      strategy: 'balanced',
      replays: 0,
      skus: ['a'],
      ordinals: 0,
    } as const;
    const failure = { sku: 'a', reason: 'refused', detail: 'no', jobId: job.id, failedAt: new Date().toISOString() };
    await store.failedJobs.fail(job, [{ ordinal: 0, failure }]);
    nowMs += 11_000;
    expect(await store.underWay.list()).toEqual([]);
    const [failed] = await store.failedJobs.get([job.id]);
    if (!failed) throw new Error('the job is not listed');
    expect(await store.failedJobs.revive(failed)).toBe(1);
    expect((await store.underWay.list()).map((batch) => batch.id)).toEqual([id]);
  });
});
