import { describe, expect, it } from 'vitest';
import { priceHolds } from '../src/index.ts';
import { freshStore, safePriceOf, snapshotOf } from './fixture.ts';

const T0 = 1_700_000_000_000;

async function publishedOnce(sku: string, more = {}) {
  const { store, redis } = freshStore();
  const snapshot = snapshotOf(sku, more);
  await store.snapshots.observe([snapshot]);
  const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: [sku] }] });
  await store.batches.commit(id);
  const publication = {
    batchId: id,
    jobId: `${id}.0`,
    source: 'model',
    model: 'm',
    route: 'stable',
    pricedAtMs: T0,
  } as const;
  const row = {
    ordinal: 0,
    fence: 0,
    sku,
    safePrice: safePriceOf(snapshot, '9.50'),
    previousMinor: 1000,
    strategy: 'balanced',
  };
  const codes = await store.prices.publish(publication, [
    { ...row, reason: 'market', costUsd: '0.01', snapshotAtMs: snapshot.observedAtMs },
  ]);
  expect(codes).toEqual(['published']);
  return { store, redis };
}

describe('observe and load', () => {
  it('gives back every field that was stored, whatever the SKU is called', async () => {
    const { store } = freshStore();
    const skus = ['__proto__', 'constructor', '12345', 'a:b', 'ключ', '💶', 'x'.repeat(256)];
    const full = skus.map((sku) =>
      snapshotOf(sku, {
        costMinor: 1,
        stock: 0,
        capacity: 5,
        restockDays: 2.5,
        demand: 1.25,
        competitorsMinor: [3, 4],
        floorMinor: 5,
        ceilingMinor: 9000,
        mapMinor: 7,
        category: 'c, "d"',
        title: 't|u',
        strategy: 'premium',
      }),
    );
    await store.snapshots.observe(full);
    const { rows } = await store.snapshots.load(
      'none',
      skus,
      skus.map((_, i) => i),
    );
    expect(rows).toEqual(full.map((snapshot) => ({ settled: false, snapshot, fence: 0, past: [] })));
  });

  it('changes nothing for an observation that is older than what is stored', async () => {
    const { store } = freshStore();
    await store.snapshots.observe([snapshotOf('a', { stock: 5, observedAtMs: T0 + 1 })]);
    await store.snapshots.observe([snapshotOf('a', { stock: 9, observedAtMs: T0 })]);
    const { rows } = await store.snapshots.load('none', ['a'], [0]);
    expect(rows[0]).toMatchObject({ snapshot: { stock: 5, observedAtMs: T0 + 1 } });
  });

  it('takes one without a moment though what is stored lies far ahead, but not where that came while its upload was read', async () => {
    const { store } = freshStore();
    const nowMs = Date.now();
    const uploadBeganMs = nowMs - 3_600_000;
    const told = { ahead: nowMs + 5 * 3_600_000, meanwhile: nowMs - 1000, 'by a clock that differs': nowMs + 20_000 };
    for (const [sku, observedAtMs] of Object.entries(told))
      await store.snapshots.observe([snapshotOf(sku, { stock: 5, observedAtMs })]);
    const skus = Object.keys(told);
    const undated = skus.map((sku) => snapshotOf(sku, { stock: 9, observedAtMs: uploadBeganMs }));
    await store.snapshots.observe(undated);
    expect((await store.snapshots.newest(skus)).map((one) => one?.stock)).toEqual([5, 5, 5]);
    const [ahead] = await store.snapshots.observe(undated, uploadBeganMs);
    expect((await store.snapshots.newest(skus)).map((one) => one?.stock)).toEqual([9, 5, 5]);
    // What it moved is newer than what a price may have been made from, and what its sender tells next is newer still.
    expect(ahead?.movedAtMs).toBe(told.ahead + 1);
    await store.snapshots.observe([snapshotOf('ahead', { stock: 4, observedAtMs: told.ahead + 2 })]);
    expect((await store.snapshots.newest(['ahead']))[0]?.stock).toBe(4);
  });

  it('never lets an older one win among many at once', async () => {
    const { store } = freshStore();
    const times = Array.from({ length: 200 }, (_, i) => T0 + ((i * 7919) % 200));
    await Promise.all(times.map((observedAtMs) => store.snapshots.observe([snapshotOf('a', { observedAtMs })])));
    const { rows } = await store.snapshots.load('none', ['a'], [0]);
    expect(rows[0]).toMatchObject({ snapshot: { observedAtMs: T0 + 199 } });
  });

  it('works after SCRIPT FLUSH, and names a key that holds something else', async () => {
    const { store, redis } = freshStore();
    await redis.script('FLUSH');
    await store.snapshots.observe([snapshotOf('a')]);
    await redis.set(store.keys.snapshot('b'), 'rubbish');
    await expect(store.snapshots.observe([snapshotOf('b')])).rejects.toThrow('WRONGFORMAT');
    await expect(store.snapshots.load('none', ['b'], [0])).rejects.toThrow('unreadable');
  });
});

describe('whether a price holds', () => {
  const holds = async (before: object, after: object): Promise<boolean> => {
    const { store } = await publishedOnce('a', before);
    const [observed] = await store.snapshots.observe([
      snapshotOf('a', { observedAtMs: T0 + 1000, ...before, ...after }),
    ]);
    return observed !== undefined && priceHolds(observed, 'balanced');
  };

  it.each([
    ['nothing', { stock: 100 }, {}, true],
    ['stock by 9 %', { stock: 100 }, { stock: 109 }, true],
    ['stock by 10 %', { stock: 100 }, { stock: 110 }, false],
    ['stock by -10 %', { stock: 100 }, { stock: 90 }, false],
    ['stock from 0', { stock: 0 }, { stock: 1 }, false],
    ['stock to 0', { stock: 1 }, { stock: 0 }, false],
    ['a competitor', { competitorsMinor: [5] }, { competitorsMinor: [6] }, false],
    ['cost', { costMinor: 5 }, { costMinor: 6 }, false],
    ['demand', {}, { demand: 2 }, false],
    ['the floor', {}, { floorMinor: 2 }, false],
    ['the title', { title: 'a' }, { title: 'b' }, true],
    ['the stated price, to ours', {}, { priceMinor: 950 }, true],
    ['the stated price, to another', {}, { priceMinor: 951 }, false],
  ])('moved: %s', async (_, before, after, expected) => {
    expect(await holds(before, after)).toBe(expected);
  });

  it('moves with a correction of the same moment, once', async () => {
    const { store } = await publishedOnce('a', { costMinor: 500 });
    const observe = async (costMinor: number) => (await store.snapshots.observe([snapshotOf('a', { costMinor })]))[0];
    const corrected = await observe(900);
    expect(corrected && priceHolds(corrected, 'balanced')).toBe(false);
    const { rows } = await store.snapshots.load('none', ['a'], [0]);
    expect(rows[0]).toMatchObject({ snapshot: { costMinor: 900, observedAtMs: T0 + 1 } });
    const again = await observe(900);
    expect(again?.movedAtMs).toBe(T0 + 1);
  });

  it('adds up small steps of stock, and holds for one strategy only', async () => {
    const { store } = await publishedOnce('a', { stock: 100 });
    const at = async (stock: number, ms: number) =>
      (await store.snapshots.observe([snapshotOf('a', { stock, observedAtMs: T0 + ms })]))[0];
    const five = await at(105, 1);
    expect(five && priceHolds(five, 'balanced')).toBe(true);
    expect(five && priceHolds(five, 'premium')).toBe(false);
    const ten = await at(110, 2);
    expect(ten && priceHolds(ten, 'balanced')).toBe(false);
  });

  it('keeps the reference when the stated price only repeats ours', async () => {
    const { store } = await publishedOnce('a');
    const reference = async (priceMinor: number, ms: number) => {
      await store.snapshots.observe([snapshotOf('a', { priceMinor, observedAtMs: T0 + ms })]);
      const { rows } = await store.snapshots.load('none', ['a'], [0]);
      return rows[0];
    };
    expect(await reference(950, 1)).toMatchObject({ snapshot: { priceMinor: 950, referenceMinor: 1000 } });
    expect(await reference(950, 2)).toMatchObject({ snapshot: { priceMinor: 950, referenceMinor: 1000 } });
    expect(await reference(960, 3)).toMatchObject({ snapshot: { priceMinor: 960, referenceMinor: 960 } });
  });
});
