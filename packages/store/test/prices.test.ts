import { describe, expect, it } from 'vitest';
import type { PublishRow, Store } from '../src/index.ts';
import { decodeChunk } from '../src/result-chunk.ts';
import { all, freshStore, safePriceOf, snapshotOf } from './fixture.ts';

const T0 = 1_700_000_000_000;

function rowOf(sku: string, ordinal: number, price: string, fence = 0): PublishRow {
  const safePrice = safePriceOf(snapshotOf(sku), price);
  return {
    ordinal,
    fence,
    sku,
    safePrice,
    previousMinor: 1000,
    strategy: 'balanced',
    confidence: 0.8,
    reason: 'market',
    costUsd: '0.000001',
    snapshotAtMs: T0,
  };
}

async function runningBatch(store: Store, skus: string[], mode: 'live' | 'dry-run' = 'live'): Promise<string> {
  const id = await store.batches.open({ kind: 'batch', priority: 'low', mode });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus }] });
  await store.batches.commit(id);
  return id;
}

const publication = (batchId: string) =>
  ({
    batchId,
    jobId: `${batchId}.0`,
    source: 'model',
    model: 'deepseek-v3.2',
    route: 'stable',
    pricedAtMs: T0 + 5,
  }) as const;

describe('publish', () => {
  it('makes a hash that reads like a price, and a result that stays', async () => {
    const { store, redis } = freshStore();
    const id = await runningBatch(store, ['a']);
    expect(await store.prices.publish(publication(id), [rowOf('a', 0, '12.50')])).toEqual(['published']);
    expect(await redis.hgetall(store.keys.price('a'))).toEqual({
      sku: 'a',
      price: '12.50',
      currency: 'EUR',
      previousPrice: '10.00',
      changePercent: '25',
      source: 'model',
      strategy: 'balanced',
      confidence: '0.8',
      reason: 'market',
      model: 'deepseek-v3.2',
      route: 'stable',
      costUsd: '0.000001',
      batchId: id,
      jobId: `${id}.0`,
      revision: '1',
      snapshotAt: '2023-11-14T22:13:20.000Z',
      pricedAt: '2023-11-14T22:13:20.005Z',
      guardrails: '',
      decision: '0',
    });
    const price = await store.prices.get('a');
    expect(await all(store.batches.results(id))).toEqual([price]);
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', total: 1, priced: 1, waiting: 0 });
  });

  it('publishes each row once, however often and by however many it is tried', async () => {
    const { store, redis } = freshStore();
    const skus = ['a', 'b', 'c'];
    const id = await runningBatch(store, skus);
    const rows = skus.map((sku, i) => rowOf(sku, i, '11.00'));
    const codes = await Promise.all(Array.from({ length: 40 }, () => store.prices.publish(publication(id), rows)));
    expect(codes.flat().filter((code) => code === 'published')).toHaveLength(3);
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', priced: 3 });
    expect(await all(store.batches.results(id))).toHaveLength(3);
    expect(await redis.hget(store.keys.price('a'), 'revision')).toBe('1');
    expect(await redis.exists(store.keys.history('a'))).toBe(0);
  });

  it('refuses a fence that another run has overtaken, and leaves the row waiting', async () => {
    const { store } = freshStore();
    const slow = await runningBatch(store, ['a']);
    const fast = await runningBatch(store, ['a']);
    expect(await store.prices.publish(publication(fast), [rowOf('a', 0, '11.00')])).toEqual(['published']);
    expect(await store.prices.publish(publication(slow), [rowOf('a', 0, '9.00')])).toEqual(['stale']);
    expect(await store.prices.get('a')).toMatchObject({ price: '11.00', revision: 1, batchId: fast });
    expect(await store.batches.get(slow)).toMatchObject({ status: 'running', waiting: 1, priced: 0 });
    expect(await all(store.batches.results(slow))).toEqual([]);
    expect(await store.prices.publish(publication(slow), [rowOf('a', 0, '9.00', 1)])).toEqual(['published']);
    expect(await store.prices.get('a')).toMatchObject({ price: '9.00', revision: 2 });
  });

  it('keeps past revisions, and the results of each batch as they were', async () => {
    const { store, redis } = freshStore();
    const first = await runningBatch(store, ['a']);
    const second = await runningBatch(store, ['a']);
    await store.prices.publish(publication(first), [rowOf('a', 0, '11.00')]);
    await store.prices.publish(publication(second), [rowOf('a', 0, '12.00', 1)]);
    expect(await redis.lrange(store.keys.history('a'), 0, -1)).toEqual([
      `1\t11.00\tEUR\tmodel\t2023-11-14T22:13:20.005Z\t${first}\t0`,
    ]);
    expect((await all(store.batches.results(first))).map((p) => p.price)).toEqual(['11.00']);
    expect((await all(store.batches.results(second))).map((p) => p.price)).toEqual(['12.00']);
    const changes = await redis.xrange(store.keys.changes(), '-', '+');
    const prices = changes.flatMap(([, [, chunk = '']]) => decodeChunk(chunk));
    expect(prices.map((p) => [p.sku, p.price, p.revision])).toEqual([
      ['a', '11.00', 1],
      ['a', '12.00', 2],
    ]);
  });

  it('of a dry run publishes nothing but has results', async () => {
    const { store, redis } = freshStore();
    const id = await runningBatch(store, ['a'], 'dry-run');
    expect(await store.prices.publish(publication(id), [rowOf('a', 0, '11.00')])).toEqual(['published']);
    expect(await redis.exists(store.keys.price('a'), store.keys.changes())).toBe(0);
    expect(await all(store.batches.results(id))).toMatchObject([{ sku: 'a', price: '11.00' }]);
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', priced: 1 });
  });

  it('does nothing for a batch that no longer runs', async () => {
    const { store, redis } = freshStore();
    expect(await store.prices.publish(publication('b0'), [rowOf('a', 0, '11.00')])).toBeUndefined();
    expect(await redis.keys(`${store.keys.prefix}*`)).toEqual([]);
  });

  it('takes nothing but a price that the guardrails made for this very SKU', async () => {
    const { store } = freshStore();
    const id = await runningBatch(store, ['a']);
    const forged = { ...rowOf('a', 0, '11.00'), safePrice: { sku: 'a', minor: 1, currency: 'EUR', guardrails: [] } };
    await expect(store.prices.publish(publication(id), [forged as unknown as PublishRow])).rejects.toThrow(TypeError);
    await expect(store.prices.publish(publication(id), [{ ...rowOf('b', 0, '11.00'), sku: 'a' }])).rejects.toThrow(
      TypeError,
    );
  });
});
