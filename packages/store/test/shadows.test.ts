import { type Canary, noCanary } from '@reprice/pricing';
import { expect, it } from 'vitest';
import type { Store } from '../src/index.ts';
import { WORST_COMPARISONS } from '../src/shadows.ts';
import { freshStore, safePriceOf, snapshotOf } from './fixture.ts';

async function set(store: Store, more: Partial<Canary>): Promise<void> {
  const was = await store.routes.get();
  const next = { ...noCanary, id: 'c1', state: 'running', mode: 'shadow', percent: 10, ...more } as const;
  expect(await store.routes.change(was, next)).toBe(true);
}

const rowOf = (sku: string, steps: number) => ({
  steps,
  sku,
  currency: 'EUR',
  stable: '10.00',
  shadow: '10.00',
  differencePercent: steps / 100,
  reasonStable: 'hold',
  reasonShadow: 'hold',
  comparedAt: '2026-11-21T10:00:00.000Z',
});

it('keeps the furthest apart, one a SKU with the largest it ever had, and none that are equal', async () => {
  const { store } = freshStore();
  await set(store, {});
  const record = (rows: ReturnType<typeof rowOf>[], at = 5) => store.shadows.record('c1', new Map(), rows, at);
  expect(await record([rowOf('a', 300), rowOf('b', -400), rowOf('equal', 0)])).toBe(true);
  await record([rowOf('a', 100), rowOf('b', 500)], 9);
  const { worst, firstMs, lastMs } = await store.shadows.read('c1');
  expect(worst.map(({ sku, differencePercent }) => [sku, differencePercent])).toEqual([
    ['b', 5],
    ['a', 3],
  ]);
  expect([firstMs, lastMs]).toEqual([5, 9]);

  const many = Array.from({ length: 60 }, (_, i) => rowOf(`m${i}`, i % 2 === 0 ? 310 + i : -310 - i));
  await record(many.slice(0, 30));
  await record(many.slice(30));
  const { worst: kept } = await store.shadows.read('c1');
  expect(kept).toHaveLength(WORST_COMPARISONS);
  const furthest = many.toReversed().map(({ sku }) => sku);
  expect(kept.map(({ sku }) => sku)).toEqual(['b', ...furthest.slice(0, WORST_COMPARISONS - 1)]);
});

it('counts only while that shadow runs: not after it ended, was rolled back, became a canary, or another one came', async () => {
  const { store } = freshStore();
  const record = (id = 'c1') => store.shadows.record(id, new Map([['d:0', 1]]), [rowOf('a', 0)], 5);
  const count = async (id = 'c1') => (await store.shadows.read(id)).steps.get(0) ?? 0;
  expect(await record()).toBe(false);
  await set(store, {});
  expect(await record()).toBe(true);
  for (const more of [{ mode: 'canary' }, { state: 'off' }, { state: 'rolled_back' }, { id: 'c2' }] as const) {
    await set(store, more);
    expect(await record()).toBe(false);
  }
  expect(await record('c2')).toBe(true);
  expect([await count(), await count('c2')]).toEqual([1, 1]);
});

it('writes nothing where a key has a wrong type', async () => {
  const { store, redis } = freshStore();
  await set(store, {});
  await redis.set(store.keys.shadowWorst('c1'), 'x');
  await expect(store.shadows.record('c1', new Map([['d:0', 1]]), [rowOf('a', 1)], 5)).rejects.toThrow(/WRONGTYPE/);
  expect(await redis.exists(store.keys.shadow('c1'))).toBe(0);
});

it('an answer of a canary that has become a shadow is not published', async () => {
  const { store } = freshStore();
  const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: ['a'] }] });
  await store.batches.commit(id);
  const row = {
    ordinal: 0,
    fence: 0,
    sku: 'a',
    safePrice: safePriceOf(snapshotOf('a'), '12.50'),
    previousMinor: 1000,
    strategy: 'balanced',
    reason: 'market',
    costUsd: '0.000001',
    snapshotAtMs: 1,
  };
  const publication = { batchId: id, jobId: `${id}.0`, source: 'model', canaryId: 'c1', pricedAtMs: 5 } as const;
  await set(store, { mode: 'canary' });
  await set(store, { mode: 'shadow' });
  expect(await store.prices.publish(publication, [row])).toEqual(['late']);
  await set(store, { mode: 'canary' });
  expect(await store.prices.publish(publication, [row])).toEqual(['published']);
});
