import { describe, expect, it } from 'vitest';
import type { Store } from '../src/index.ts';
import { freshStore, safePriceOf, snapshotOf } from './fixture.ts';

async function batchOf(store: Store, skus: readonly string[], mode: 'live' | 'dry-run' = 'live'): Promise<string> {
  const id = await store.batches.open({ kind: 'batch', priority: 'normal', mode });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: [...skus] }] });
  await store.batches.commit(id);
  return id;
}

function rowOf(sku: string, ordinal: number, price = '14.00', fence = 0) {
  const snapshot = snapshotOf(sku);
  return {
    ordinal,
    fence,
    sku,
    safePrice: safePriceOf(snapshot, price),
    previousMinor: 1000,
    strategy: 'balanced',
    confidence: 0.8,
    reason: 'market',
    costUsd: '0.000001',
    snapshotAtMs: snapshot.observedAtMs,
  };
}

const run = (batchId: string, pricedAtMs = 1_700_000_001_000) =>
  ({ batchId, jobId: `${batchId}.0`, source: 'model', model: 'm', route: 'stable', pricedAtMs }) as const;

describe('a held price', () => {
  it('settles its row once, waits with all that a person has to know, and is no live price', async () => {
    const { store } = freshStore();
    const id = await batchOf(store, ['A', 'B']);
    const rows = [rowOf('A', 0), rowOf('B', 1)];
    expect(await store.held.hold(run(id), rows.slice(0, 1))).toEqual(['held']);
    expect(await store.batches.get(id)).toMatchObject({ status: 'running', held: 1, waiting: 1 });
    expect(await store.held.hold(run(id), rows)).toEqual(['settled', 'held']);
    expect(await store.held.hold(run(id), rows)).toBeUndefined();
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', total: 2, held: 2, waiting: 0, priced: 0 });
    expect(await store.held.get('A')).toEqual({
      sku: 'A',
      price: '14.00',
      currency: 'EUR',
      previousPrice: '10.00',
      changePercent: 40,
      source: 'model',
      strategy: 'balanced',
      suggested: '14.00',
      confidence: 0.8,
      reason: 'market',
      guardrails: [],
      model: 'm',
      route: 'stable',
      costUsd: '0.000001',
      batchId: id,
      jobId: `${id}.0`,
      fence: 0,
      snapshotAt: '2023-11-14T22:13:20.000Z',
      heldAt: '2023-11-14T22:13:21.000Z',
    });
    expect(await store.prices.get('A')).toBeUndefined();
  });

  it('is counted in a dry run, and waits for nobody', async () => {
    const { store } = freshStore();
    const id = await batchOf(store, ['A'], 'dry-run');
    expect(await store.held.hold(run(id), [rowOf('A', 0)])).toEqual(['held']);
    expect(await store.batches.get(id)).toMatchObject({ status: 'done', held: 1 });
    expect(await store.held.get('A')).toBeUndefined();
  });

  it('is gone once another price was published: it was made against the one before', async () => {
    const { store } = freshStore();
    await store.held.hold(run(await batchOf(store, ['A'])), [rowOf('A', 0)]);
    const next = await batchOf(store, ['A']);
    await store.prices.publish(run(next), [rowOf('A', 0, '10.50')]);
    expect(await store.held.get('A')).toBeUndefined();
    expect(await store.held.list({ limit: 10 })).toEqual({ items: [] });
  });

  it('can be rejected as it was seen; a newer one that nobody has seen stays', async () => {
    const { store } = freshStore();
    await store.held.hold(run(await batchOf(store, ['A'])), [rowOf('A', 0)]);
    const seen = await store.held.get('A');
    await store.held.hold(run(await batchOf(store, ['A']), 1_700_000_002_000), [rowOf('A', 0, '15.00')]);
    const newer = await store.held.get('A');
    expect(seen && (await store.held.reject(seen))).toBe(false);
    expect(await store.held.get('A')).toMatchObject({ price: '15.00' });
    expect(newer && (await store.held.reject(newer))).toBe(true);
    expect(await store.held.list({ limit: 10 })).toEqual({ items: [] });
  });

  it('made against a price that another run has replaced is not kept: its row waits, to be asked anew', async () => {
    const { store } = freshStore();
    const [first, second, late] = [
      await batchOf(store, ['A']),
      await batchOf(store, ['A']),
      await batchOf(store, ['A']),
    ];
    await store.prices.publish(run(first), [rowOf('A', 0, '10.50')]);
    expect(await store.held.hold(run(second), [rowOf('A', 0, '14.00', 1)])).toEqual(['held']);
    expect(await store.held.hold(run(late), [rowOf('A', 0, '15.00')])).toEqual(['stale']);
    expect(await store.held.get('A')).toMatchObject({ price: '14.00', batchId: second });
    expect(await store.batches.get(late)).toMatchObject({ status: 'running', held: 0, waiting: 1 });
  });

  it('of a batch that no longer runs is not kept', async () => {
    const { store, redis } = freshStore();
    const id = await batchOf(store, ['A']);
    await redis.hset(store.keys.batch(id), 'status', 'cancelled');
    expect(await store.held.hold(run(id), [rowOf('A', 0)])).toBeUndefined();
    expect(await store.held.get('A')).toBeUndefined();
  });
});

it('the list has each held price once, the newest first, whatever the size of its pages', async () => {
  const { store } = freshStore();
  for (let pack = 0; pack < 4; pack++) {
    const skus = Array.from({ length: 5 }, (_, i) => `S${pack}-${i}`);
    const rows = skus.map((sku, i) => rowOf(sku, i));
    await store.held.hold(run(await batchOf(store, skus), 1_700_000_000_000 + pack), rows);
  }
  for (const limit of [1, 3, 5, 7, 20, 50]) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.held.list({ limit, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ sku }) => sku));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen.map((sku) => sku[1]).join('')).toBe('33333222221111100000');
    expect(new Set(seen).size).toBe(20);
  }
  await expect(store.held.list({ limit: 5, cursor: 'b1xyz' })).rejects.toThrow(RangeError);
});
