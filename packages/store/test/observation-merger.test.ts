import { builtInStrategies } from '@reprice/pricing';
import { describe, expect, it } from 'vitest';
import { ObservationMerger } from '../src/index.ts';
import { freshStore, snapshotOf } from './fixture.ts';

function merging() {
  const { store, redis } = freshStore();
  const { observations } = store;
  const merger = new ObservationMerger({ observations, strategies: builtInStrategies, now: Date.now });
  const stockOf = async (sku: string) => {
    const [row] = (await store.snapshots.loadAnew('none', [sku])).rows;
    return row && 'snapshot' in row ? row.snapshot?.stock : undefined;
  };
  return { store, redis, merger, stockOf };
}

describe('ObservationMerger', () => {
  it('answers a row for each input, in their order, with the reason of each refusal and the names that mean nothing', async () => {
    const { store, merger } = merging();
    await store.snapshots.observe([snapshotOf('a', { stock: 10, ceilingMinor: 1200 })]);
    const rows = await merger.merge([
      { sku: 'a', stock: 0, colour: 'red' },
      { sku: 'b', cost: '1.00' },
      { sku: 'a', stock: -1 },
      { sku: 'a', floor: '13.00' },
      { sku: 'a', stock: 3, observedAt: 1_600_000_000_000 },
      { sku: 'a', stock: 4 },
    ]);
    expect(rows).toEqual([
      { kind: 'repricing', reason: 'stock', waits: false, sku: 'a', ignored: ['colour'] },
      { kind: 'rejected', sku: 'b', faults: [expect.objectContaining({ code: 'unknown-sku' })] },
      { kind: 'rejected', sku: 'a', faults: [expect.objectContaining({ field: 'stock', code: 'out-of-range' })] },
      { kind: 'rejected', sku: 'a', faults: [expect.objectContaining({ field: 'floor', code: 'inconsistent' })] },
      { kind: 'stale', sku: 'a', ignored: [] },
      { kind: 'repricing', reason: 'stock', waits: true, sku: 'a', ignored: [] },
    ]);
  });

  it('keeps the order over pieces of 200 and over calls that overlap, and knows a currency that the piece before states', async () => {
    const { merger, stockOf } = merging();
    const first = merger.merge(
      Array.from({ length: 450 }, (_, i) => ({
        sku: 'a',
        stock: i,
        ...(i === 199 && { price: '9', currency: 'JPY' }),
      })),
    );
    const second = merger.merge([{ sku: 'a', stock: 1, cost: '7' }]);
    const kinds = (await first).map((row) => row.kind);
    expect(kinds.slice(0, 199).every((kind) => kind === 'rejected')).toBe(true);
    expect(kinds.slice(199).includes('rejected')).toBe(false);
    expect(await second).toMatchObject([{ kind: 'repricing' }]);
    expect(await stockOf('a')).toBe(1);
  });

  it('goes on after an error of Redis', async () => {
    const { merger, redis, stockOf, store } = merging();
    await store.snapshots.observe([snapshotOf('a', { stock: 10 })]);
    await redis.set(store.keys.dirtyCalm(), 'of another type');
    await expect(merger.merge([{ sku: 'a', stock: 5 }])).rejects.toThrow('WRONGTYPE');
    await redis.del(store.keys.dirtyCalm());
    expect(await merger.merge([{ sku: 'a', stock: 0 }])).toMatchObject([{ kind: 'repricing' }]);
    expect(await stockOf('a')).toBe(0);
  });
});
