import { builtInStrategies, type SourceReading } from '@reprice/pricing';
import { describe, expect, it } from 'vitest';
import { ObservationMerger, type QuarantineShare, SourceIntake } from '../src/index.ts';
import { freshStore, snapshotOf } from './fixture.ts';

const nothing: SourceReading = {
  observations: [],
  aliased: [],
  aliases: [],
  items: [],
  levels: [],
  quarantined: [],
  unused: {},
};

function intake() {
  const { store, redis } = freshStore();
  const alarms: QuarantineShare[] = [];
  const merger = new ObservationMerger({
    observations: store.observations,
    strategies: builtInStrategies,
    now: Date.now,
  });
  const taking = new SourceIntake({
    merger,
    things: store.sourceThings,
    quarantine: store.quarantine,
    alarmPercent: 5,
    onAlarm: (share) => alarms.push(share),
  });
  const stockOf = async (sku: string) => {
    const [row] = (await store.snapshots.loadAnew('none', [sku])).rows;
    return row && 'snapshot' in row ? row.snapshot?.stock : undefined;
  };
  const take = (reading: Partial<SourceReading>, places?: readonly string[]) =>
    taking.take('shop', { ...nothing, ...reading }, places);
  return { store, redis, alarms, take, stockOf };
}

const startMs = Date.now() - 60_000;
const at = (second: number) => startMs + second * 1000;

/** A product's variant `1`, SKU `a`, as it was at a second. */
const item = (second: number, total?: number, more: object = {}) => ({
  items: [
    {
      id: '1',
      atMs: at(second),
      ...(total !== undefined && { total }),
      observation: { sku: 'a', price: '10.00', currency: 'EUR', observedAt: at(second) },
      excerpt: '',
      ...more,
    },
  ],
});
const level = (second: number, place: string, available: number | undefined) => ({
  levels: [{ id: '1', place, atMs: at(second), available, excerpt: 'level' }],
});

describe('the stock of an item', () => {
  it('is kept while nobody told which SKU it is, and counts as soon as somebody does', async () => {
    const { take, stockOf, store } = intake();
    expect(await take(level(1, 'x', 4))).toMatchObject({ rows: [], quarantined: [{ reason: 'unknown-item' }] });
    expect(await take(level(1, 'y', 5))).toMatchObject({ quarantined: [{ reason: 'unknown-item' }] });
    expect((await store.quarantine.list(10)).items).toMatchObject([
      { source: 'shop', reason: 'unknown-item', excerpt: 'level' },
      { reason: 'unknown-item' },
    ]);
    await take(item(2), ['x', 'y']);
    expect(await stockOf('a')).toBe(9);
  });

  it('is the total, and then the sum over the places', async () => {
    const { take, stockOf } = intake();
    await take(item(1, 16));
    expect(await stockOf('a')).toBe(16);
    // While it is the only place that was ever told of, all lies there.
    await take(level(2, 'x', 6));
    expect(await stockOf('a')).toBe(6);
    await take(item(2, 15));
    expect(await stockOf('a')).toBe(15);
    await take(level(3, 'x', 2));
    expect(await stockOf('a')).toBe(11);
    await take(level(4, 'y', 9));
    await take(item(4, 11));
    await take(level(5, 'y', 0));
    expect(await stockOf('a')).toBe(2);
    await take(level(6, 'z', 3));
    expect(await stockOf('a')).toBe(5);
  });

  it('is known after the first level of one place of several with the next total alone', async () => {
    const { take, stockOf } = intake();
    const others = ['x', 'y'].flatMap((place) => level(1, place, 1).levels.map((told) => ({ ...told, id: 'other' })));
    await take({ levels: others });
    await take(item(2, 16));
    // Some of the 16 lay there, nobody knows how many.
    expect(await take(level(3, 'x', 6))).toMatchObject({ rows: [], unused: { 'incomplete-stock': 1 } });
    expect(await stockOf('a')).toBe(16);
    await take(item(3, 15));
    await take(level(4, 'x', 5));
    expect(await stockOf('a')).toBe(14);
  });

  it('is not taken to lie at one place where levels of another were told before places were counted', async () => {
    const { take, stockOf, store, redis } = intake();
    await take(level(1, 'x', 4));
    await take(item(2, 16));
    await redis.del(store.keys.sourcePlace('shop'));
    // Some of the 16 lay at y, nobody knows how many: they may as well lie at a third place.
    expect(await take(level(3, 'y', 5))).toMatchObject({ rows: [], unused: { 'incomplete-stock': 1 } });
    expect(await stockOf('a')).toBe(16);
    await take(item(4, 15));
    await take(level(5, 'z', 1));
    expect(await stockOf('a')).toBe(15);
  });

  it.each([
    ['more', 6, 15],
    ['less', 15, 6],
  ])('is %s whichever of the two webhooks of one change comes first', async (_how, before, after) => {
    for (const isTotalFirst of [true, false]) {
      const { take, stockOf } = intake();
      await take(item(1, before + 2));
      await take(level(1, 'x', before));
      await take(level(1, 'y', 2));
      expect(await stockOf('a')).toBe(before + 2);
      const webhooks = [item(2, after + 2), level(2, 'x', after)];
      for (const webhook of isTotalFirst ? webhooks : webhooks.toReversed()) await take(webhook);
      expect(await stockOf('a')).toBe(after + 2);
      await take(level(3, 'x', 1));
      expect(await stockOf('a')).toBe(3);
    }
  });

  it('takes no notice of what is older than what is known', async () => {
    const { take, stockOf } = intake();
    await take(item(1, 5));
    await take(level(2, 'x', 5));
    await take(item(2, 5));
    await take(level(9, 'x', 3));
    expect(await take(level(8, 'x', 4))).toMatchObject({ rows: [], unused: { 'older-level': 1 } });
    // A total that is older than a level, come late: what lies elsewhere does not follow from it.
    await take(item(5, 7));
    await take(level(10, 'x', 2));
    expect(await stockOf('a')).toBe(2);
  });

  it('is nobody’s guess where it is not counted', async () => {
    const { take, stockOf } = intake();
    await take(item(1, 0));
    expect(await stockOf('a')).toBeUndefined();
    await take(item(2, 3));
    expect(await stockOf('a')).toBe(3);
    await take(item(3, 0));
    expect(await stockOf('a')).toBe(0);
    await take(level(4, 'x', undefined));
    expect(await stockOf('a')).toBeUndefined();
    await take(item(5, 0));
    expect(await stockOf('a')).toBeUndefined();
    await take(item(6, 0, { isTracked: true }));
    expect(await stockOf('a')).toBe(0);
    await take(item(7, 0, { isTracked: false }));
    expect(await stockOf('a')).toBeUndefined();
  });

  it('is the sum at the places that count, once all of them told theirs', async () => {
    const { take, stockOf } = intake();
    const places = ['x', 'y'];
    await take(item(1), places);
    expect(await take(level(2, 'x', 4), places)).toMatchObject({ unused: { 'incomplete-stock': 1 } });
    await take(level(3, 'y', 5), places);
    expect(await stockOf('a')).toBe(9);
  });
});

it('a level and the product that names it count together, whichever of one request was told of first', async () => {
  const { take, stockOf } = intake();
  const both = await take({ ...item(5), ...level(1, 'x', 4) }, ['x']);
  expect(both).toMatchObject({ rows: [{ sku: 'a' }], quarantined: [], unused: { 'incomplete-stock': 1 } });
  expect(await stockOf('a')).toBe(4);
});

describe('a source', () => {
  it('tells of what stands behind its own ids', async () => {
    const { take, store } = intake();
    await store.snapshots.observe([snapshotOf('a'), snapshotOf('b')]);
    const aliased = [{ id: 'ASIN', observation: { competitors: ['8.00'] }, excerpt: 'offer' }];
    expect(await take({ aliased })).toMatchObject({ rows: [], quarantined: [{ reason: 'unknown-item' }] });
    await take({ aliases: [{ id: 'ASIN', sku: 'a' }] });
    await take({ aliases: [{ id: 'ASIN', sku: 'b' }] });
    const { rows } = await take({ aliased });
    expect(rows).toMatchObject([
      { sku: 'a', kind: 'repricing' },
      { sku: 'b', kind: 'repricing' },
    ]);
  });

  it('loses none of the SKUs that several uploads tell of one id at the same moment, and keeps the newest fifty', async () => {
    const { store } = intake();
    const all = Array.from({ length: 60 }, (_, i) => `sku "/${i}`);
    const learn = (sku: string) => store.sourceThings.learn('shop', [{ id: 'ASIN', sku }]);
    await Promise.all(all.slice(0, 50).map(learn));
    expect((await store.sourceThings.skus('shop', ['ASIN', 'none'])).map((skus) => skus.sort())).toEqual([
      all.slice(0, 50).sort(),
      [],
    ]);
    for (const sku of ['sku "/0', ...all.slice(50)]) await learn(sku);
    const [skus] = await store.sourceThings.skus('shop', ['ASIN']);
    expect(skus).toHaveLength(50);
    expect(skus).toEqual(expect.arrayContaining(all.slice(50)));
  });

  it('hears of what was refused through the quarantine, and of its share once', async () => {
    const { take, alarms, store } = intake();
    await store.snapshots.observe([snapshotOf('a')]);
    const bad = { sku: 'a', stock: -1 };
    await take({ observations: Array.from({ length: 19 }, () => bad) });
    expect(alarms).toEqual([]);
    await take({ observations: [bad, { sku: 'b', cost: '1' }], unused: { 'other-condition': 4 } });
    await take({ observations: [bad] });
    expect(alarms).toEqual([{ source: 'shop', items: 25, quarantined: 21 }]);
    expect(await store.quarantine.counts()).toEqual(
      new Map([['shop', new Map(Object.entries({ 'out-of-range': 21, 'unknown-sku': 1 }))]]),
    );
    const { items } = await store.quarantine.list(2);
    expect(items[0]).toMatchObject({ reason: 'out-of-range', excerpt: '{"sku":"a","stock":-1}' });
    expect(items[1]?.detail).toContain('price and currency too');
  });

  it('raises no alarm for a few among many', async () => {
    const { take, alarms, store } = intake();
    await store.snapshots.observe([snapshotOf('a')]);
    const observations = Array.from({ length: 600 }, (_, i) => ({ sku: 'a', stock: i % 30 === 0 ? -1 : i }));
    await take({ observations });
    expect(alarms).toEqual([]);
    expect(await store.quarantine.shares()).toEqual([{ source: 'shop', items: 600, quarantined: 20 }]);
  });
});

describe('the quarantine', () => {
  const misfits = (n: number) => Array.from({ length: n }, (_, i) => ({ reason: 'r', detail: `${i}`, excerpt: '' }));

  it('is read page by page, by source, and cleared by source', async () => {
    const { store } = intake();
    await store.quarantine.put('one', 3, misfits(3));
    await store.quarantine.put('two', 600, misfits(600));
    await store.quarantine.put('one', 2, misfits(2));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.quarantine.list(2, { source: 'one', ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ detail }) => detail));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(['1', '0', '2', '1', '0']);
    expect(await store.quarantine.clear('two')).toBe(600);
    expect((await store.quarantine.list(1000)).items).toHaveLength(5);
    expect([...(await store.quarantine.counts()).keys()]).toEqual(['one']);
    expect(await store.quarantine.clear()).toBe(5);
    expect(await store.quarantine.list(10)).toEqual({ items: [], nextCursor: undefined });
    expect(await store.quarantine.counts()).toEqual(new Map());
  });

  it('keeps the newest ten thousand or so', async () => {
    const { store, redis } = intake();
    for (let i = 0; i < 13; i++) await store.quarantine.put('one', 1000, misfits(1000));
    expect(await redis.xlen(store.keys.quarantine())).toBeLessThan(10_500);
    expect((await store.quarantine.counts()).get('one')?.get('r')).toBe(13_000);
  });
});
