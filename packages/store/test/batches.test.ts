import { describe, expect, it } from 'vitest';
import { all, freshStore, snapshotOf } from './fixture.ts';

const failureOf = (sku: string) => ({
  sku,
  reason: 'invalid_answer',
  detail: 'x',
  jobId: 'b.0',
  failedAt: '2026-01-01T00:00:00.000Z',
});
const jobOf = (batchId: string, skus: string[]) =>
  ({ id: 'b.0', batchId, priority: 'low', strategy: 'balanced', replays: 0, skus, ordinals: 0 }) as const;

describe('batches', () => {
  it('go from receiving over running to done, and add up at every step', async () => {
    const { store } = freshStore();
    const id = await store.batches.open({ kind: 'batch', priority: 'high', mode: 'live' });
    expect(id).toMatch(/^b[0-9a-z]{11}$/);
    const check = async (expected: object) => {
      const b = await store.batches.get(id);
      expect(b).toMatchObject(expected);
      expect(b && b.unchanged + b.priced + b.held + b.failed + b.waiting).toBe(b?.total);
    };
    await check({ status: 'receiving', total: 0, priority: 'high', mode: 'live', finishedAt: null });
    const fault = { field: 'price', code: 'not-money', got: '"1,99"', takes: 'a decimal' };
    await store.batches.stage(id, {
      packs: [{ first: 0, strategy: 'balanced', skus: ['a', 'b'] }],
      unchanged: 3,
      rejections: [{ line: 4, sku: 'c', faults: [fault] }],
    });
    await check({ status: 'receiving', total: 5, unchanged: 3, waiting: 2, rejected: 1 });
    expect(await store.batches.commit(id, [{ field: 'colour', count: 2 }])).toBe('accepted');
    expect(await store.batches.commit(id)).toBe('accepted');
    expect(await store.batches.commit('b00000000000')).toBe('gone');
    await check({ status: 'running', ignoredFields: [{ field: 'colour', count: 2 }] });
    expect(await store.batches.enqueueing()).toEqual([id]);
    expect(await store.batches.staged(id, 0, 10)).toEqual([{ first: 0, strategy: 'balanced', skus: ['a', 'b'] }]);
    await store.batches.enqueued(id);
    expect(await store.batches.enqueueing()).toEqual([]);
    const rows = [{ ordinal: 1, failure: failureOf('b') }];
    const job = jobOf(id, ['a', 'b']);
    expect(await Promise.all([1, 2, 3].map(() => store.failedJobs.fail(job, rows)))).toEqual([1, 0, 0]);
    await check({ status: 'running', failed: 1, waiting: 1 });
    expect(await store.failedJobs.fail(job, [{ ordinal: 0, failure: failureOf('a') }, ...rows])).toBe(1);
    await check({ status: 'done', failed: 2, waiting: 0 });
    expect((await all(store.batches.failures(id))).map((f) => f.sku).sort()).toEqual(['a', 'b']);
    expect(await all(store.batches.rejections(id))).toEqual([{ line: 4, sku: 'c', faults: [fault] }]);
  });

  it('are done at once when nothing is left to price', async () => {
    const { store } = freshStore();
    const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
    await store.batches.stage(id, { unchanged: 2 });
    await store.batches.commit(id);
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', total: 2, unchanged: 2 });
    expect(await store.batches.enqueueing()).toEqual([]);
  });

  it('vanish when they were not received whole, by the caller or by themselves', async () => {
    const { store, redis } = freshStore();
    const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'dry-run' });
    await store.batches.stage(id, {
      packs: [{ first: 0, strategy: 'balanced', skus: ['a'] }],
      trial: [snapshotOf('a')],
    });
    for (const key of await redis.keys(`${store.keys.prefix}batch:*`))
      expect(await redis.ttl(key)).toBeGreaterThan(3000);
    await store.batches.abandon(id);
    expect(await redis.keys(`${store.keys.prefix}*`)).toEqual([]);
  });

  it('once accepted have no TTL until they are done, then 30 days', async () => {
    const { store, redis } = freshStore();
    const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
    await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: ['a'] }] });
    await store.batches.commit(id);
    expect(await redis.ttl(store.keys.batch(id))).toBe(-1);
    expect(await redis.ttl(store.keys.packs(id))).toBe(-1);
    await store.failedJobs.fail(jobOf(id, ['a']), [{ ordinal: 0, failure: failureOf('a') }]);
    expect(await redis.ttl(store.keys.batch(id))).toBeGreaterThan(29 * 24 * 3600);
    expect(await redis.ttl(store.keys.failed(id))).toBeGreaterThan(29 * 24 * 3600);
  });

  it('of a dry run keep their snapshots to themselves', async () => {
    const { store, redis } = freshStore();
    const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'dry-run' });
    await store.batches.stage(id, {
      packs: [{ first: 0, strategy: 'balanced', skus: ['a'] }],
      trial: [snapshotOf('a', { stock: 3 })],
    });
    await store.batches.commit(id);
    const { rows, mode } = await store.snapshots.load(id, ['a'], [0]);
    expect(mode).toBe('dry-run');
    expect(rows[0]).toMatchObject({ snapshot: { stock: 3 } });
    expect(await redis.exists(store.keys.snapshot('a'))).toBe(0);
  });

  it('are listed newest first, page by page, and a forged cursor is refused', async () => {
    let now = 1_700_000_000_000;
    const { store } = freshStore({ now: () => now++ });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' }));
    await store.batches.open({ kind: 'job', priority: 'low', mode: 'live' });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.batches.list({ limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map((b) => b.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids);
    await expect(store.batches.list({ limit: 2, cursor: '../etc' })).rejects.toThrow(RangeError);
  });
});
