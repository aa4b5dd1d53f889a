import { describe, expect, it } from 'vitest';
import { freshStore } from './fixture.ts';

const LEASE_MS = 60_000;
const keyHash = 'hash-of-a-key';
const first = { keyHash, token: 'first' };
const second = { keyHash, token: 'second' };
const packs = [{ first: 0, strategy: 'balanced', skus: ['a'] }];

async function received(store: ReturnType<typeof freshStore>['store']): Promise<string> {
  const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
  await store.batches.stage(id, { packs });
  return id;
}

describe('an Idempotency-Key', () => {
  it('is claimed by one of many at once, for as long as it is prolonged', async () => {
    const { store, redis } = freshStore();
    const tokens = Array.from({ length: 50 }, (_, i) => ({ keyHash, token: `t${i}` }));
    const claims = await Promise.all(tokens.map((claim) => store.idempotency.claim(claim, LEASE_MS)));
    const winners = claims.flatMap((claim, i) => (claim.state === 'claimed' ? [i] : []));
    expect(winners).toHaveLength(1);
    for (const claim of claims) {
      if (claim.state === 'claimed') continue;
      expect(claim).toEqual({ state: 'busy', retryAfterMs: expect.any(Number) });
      expect(claim).toMatchObject({ retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= LEASE_MS) });
    }
    await redis.pexpire(store.keys.idempotency(keyHash), 500);
    const winner = tokens[winners[0] ?? 0] ?? first;
    expect(await store.idempotency.claim(winner, LEASE_MS)).toEqual({ state: 'claimed' });
    expect(await redis.pttl(store.keys.idempotency(keyHash))).toBeGreaterThan(LEASE_MS / 2);
  });

  it('is given back by who has it, and by nobody else', async () => {
    const { store, redis } = freshStore();
    await store.idempotency.claim(first, LEASE_MS);
    await store.idempotency.release(second);
    expect(await store.idempotency.claim(second, LEASE_MS)).toMatchObject({ state: 'busy' });
    await store.idempotency.release(first);
    expect(await redis.exists(store.keys.idempotency(keyHash))).toBe(0);
    expect(await store.idempotency.claim(second, LEASE_MS)).toEqual({ state: 'claimed' });
  });

  it('stands for the batch from the moment at which it is accepted, for 24 hours', async () => {
    const { store, redis } = freshStore();
    await store.idempotency.claim(first, LEASE_MS);
    const id = await received(store);
    await redis.script('FLUSH');
    expect(await store.batches.commit(id, [], { ...first, requestHash: 'h' })).toBe('accepted');
    expect(await store.batches.commit(id, [], { ...first, requestHash: 'h' })).toBe('accepted');
    const ttlSeconds = await redis.ttl(store.keys.idempotency(keyHash));
    expect(ttlSeconds).toBeGreaterThan(24 * 3600 - 60);
    expect(ttlSeconds).toBeLessThanOrEqual(24 * 3600);
    await store.idempotency.release(first);
    const done = { state: 'done', requestHash: 'h', batchId: id };
    expect(await store.idempotency.claim(second, LEASE_MS)).toEqual(done);
    expect(await store.idempotency.claim(first, LEASE_MS)).toEqual(done);
    expect(await redis.ttl(store.keys.idempotency(keyHash))).toBeGreaterThan(24 * 3600 - 60);
  });

  it('that another took over accepts nothing, and writes nothing', async () => {
    const { store, redis } = freshStore();
    await store.idempotency.claim(second, LEASE_MS);
    const id = await received(store);
    const before = await redis.hgetall(store.keys.batch(id));
    expect(await store.batches.commit(id, [], { ...first, requestHash: 'h' })).toBe('claim_lost');
    expect(await redis.hgetall(store.keys.batch(id))).toEqual(before);
    expect(await store.batches.enqueueing()).toEqual([]);
    expect(await redis.get(store.keys.idempotency(keyHash))).toBe('claim\tsecond');
    await store.batches.abandon(id, keyHash);
    expect(await redis.get(store.keys.idempotency(keyHash))).toBe('claim\tsecond');
  });

  it('whose claim ran out while nobody wanted it still accepts', async () => {
    const { store } = freshStore();
    const id = await received(store);
    expect(await store.batches.commit(id, [], { ...first, requestHash: 'h' })).toBe('accepted');
    expect(await store.idempotency.claim(second, LEASE_MS)).toMatchObject({ state: 'done', batchId: id });
  });

  it('goes with a batch that is abandoned before a resend was told of it, and keeps the batch afterwards', async () => {
    const { store, redis } = freshStore();
    const gone = await received(store);
    await store.batches.commit(gone, [], { ...first, requestHash: 'h' });
    expect(await store.batches.abandon(gone, keyHash)).toBe(true);
    expect(await redis.exists(store.keys.idempotency(keyHash), store.keys.batch(gone))).toBe(0);
    const kept = await received(store);
    await store.batches.commit(kept, [], { ...first, requestHash: 'h' });
    await store.idempotency.claim(second, LEASE_MS);
    expect(await store.batches.abandon(kept, keyHash)).toBe(false);
    expect(await store.batches.get(kept)).toMatchObject({ status: 'running', total: 1 });
    expect((await store.batches.list({ limit: 5 })).items.map(({ id }) => id)).toEqual([kept]);
  });

  it('with a foreign value fails closed', async () => {
    const { store, redis } = freshStore();
    await redis.set(store.keys.idempotency(keyHash), 'something else');
    await expect(store.idempotency.claim(first, LEASE_MS)).rejects.toThrow(/WRONGFORMAT/);
    const id = await received(store);
    expect(await store.batches.commit(id, [], { ...first, requestHash: 'h' })).toBe('claim_lost');
  });
});
