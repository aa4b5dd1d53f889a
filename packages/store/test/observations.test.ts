import { describe, expect, it } from 'vitest';
import { snapshotOf } from './fixture.ts';
import { market, observation } from './market.ts';

describe('an observation', () => {
  it('changes what it names, clears what is null, and leaves the rest', async () => {
    const { store, observe } = await market();
    await store.snapshots.observe([
      snapshotOf('a', { stock: 10, costMinor: 500, title: 'Shoe', competitorsMinor: [990] }),
    ]);
    expect(await observe({ sku: 'a', stock: 9.5, cost: null, competitors: ['9.80', '9.70'] })).toEqual([
      'repricing: cost',
    ]);
    const { rows } = await store.snapshots.loadAnew('none', ['a']);
    const { costMinor: _, ...rest } = snapshotOf('a', { stock: 9.5, title: 'Shoe', competitorsMinor: [980, 970] });
    expect(rows[0]).toMatchObject({ snapshot: { ...rest, observedAtMs: expect.any(Number) } });
    expect(rows[0]).not.toHaveProperty('snapshot.costMinor');
  });

  it('of an unknown SKU is refused without price and currency, and taken with both', async () => {
    const { observe, store, price, advance } = await market();
    const bare = { sku: 'new', stock: 3 };
    expect(await observe(bare, { ...bare, currency: 'EUR' })).toEqual(['unknown-sku', 'unknown-sku']);
    expect(await observe({ ...bare, price: '10.00', currency: 'EUR' }, { ...bare, stock: 0 })).toEqual([
      'repricing: first',
      'repricing: stock',
    ]);
    await advance(1);
    expect(await price()).toEqual(['new:0']);
    expect((await store.prices.get('new'))?.price).toBe('9.50');
  });

  it('that is late changes nothing; of two of one moment the later arrival counts', async () => {
    const { observe, nowMs, store } = await market();
    const at = nowMs();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR', stock: 5, observedAt: at });
    expect(await observe({ sku: 'a', stock: 7, observedAt: at - 1 })).toEqual(['stale']);
    await observe({ sku: 'a', stock: 6, observedAt: at }, { sku: 'a', cost: '1.00', observedAt: at });
    const { rows } = await store.snapshots.loadAnew('none', ['a']);
    expect(rows[0]).toMatchObject({ snapshot: { stock: 6, costMinor: 100 } });
  });

  it('that contradicts the bounds or the currency of the snapshot is refused', async () => {
    const { observe, store, redis } = await market();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR', ceiling: '12.00' });
    expect(
      await observe(
        { sku: 'a', floor: '13.00' },
        { sku: 'a', cost: '1.00', currency: 'USD' },
        { sku: 'a', map: '12.01' },
      ),
    ).toEqual(['inconsistent', 'currency-mismatch', 'inconsistent']);
    expect(await observe({ sku: 'a', price: '11.00', currency: 'USD' })).toEqual(['repricing: currency']);
    // Once it has a live price, no observation makes it one in another currency.
    await redis.hset(store.keys.price('a'), { price: '11.00', currency: 'USD', revision: 1 });
    expect(await observe({ sku: 'a', price: '11.00', currency: 'EUR' })).toEqual(['currency-mismatch']);
  });
});

describe('freshness', () => {
  it('is measured from what the live price was made from, up and down alike', async () => {
    const { observe, price, advance } = await market();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR', stock: 100 });
    await advance(5000);
    expect(await price()).toEqual(['a:100']);
    const stock = async (n: number) => {
      await advance(1);
      return (await observe({ sku: 'a', stock: n }))[0];
    };
    for (const n of [109, 91, 100, 95, 109]) expect(await stock(n)).toBe('skipped: immaterial');
    expect(await stock(109)).toBe('skipped: unchanged');
    expect(await stock(90)).toBe('repricing: stock');
    await advance(5000);
    expect(await price()).toEqual(['a:90']);
    for (const n of [98, 82, 90]) expect(await stock(n)).toBe('skipped: immaterial');
    expect(await stock(99)).toBe('repricing: stock');
  });

  it('is measured from the snapshot that the price was made from, also where that was not the one that was marked', async () => {
    const { observe, price, advance } = await market();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR', stock: 100 });
    expect(await observe({ sku: 'a', stock: 105 })).toEqual(['skipped: immaterial']);
    await advance(5000);
    expect(await price()).toEqual(['a:105']);
    for (const stock of [97, 113, 95]) expect(await observe({ sku: 'a', stock })).toEqual(['skipped: immaterial']);
    expect(await observe({ sku: 'a', stock: 94 })).toEqual(['repricing: stock']);
  });

  it('asks for the first price of a SKU that its batch left without one, however often it is told of meanwhile', async () => {
    const { observe, store, nowMs, advance } = await market();
    await store.snapshots.observe([snapshotOf('a', { stock: 100, observedAtMs: nowMs() })]);
    const outcomes: string[] = [];
    for (let minutes = 4; minutes <= 24 * 60 + 4; minutes += 4) {
      await advance(4 * 60_000);
      outcomes.push(...(await observe({ sku: 'a', stock: 100 })));
    }
    expect(outcomes).toEqual([...Array(359).fill('skipped: unchanged'), 'repricing: first', 'skipped: unchanged']);
  });

  it('leaves a SKU to the batch that it came with, for five minutes', async () => {
    const { observe, store, nowMs, advance } = await market();
    await store.snapshots.observe([snapshotOf('a', { stock: 100, observedAtMs: nowMs() })]);
    await advance(299_999);
    expect(await observe({ sku: 'a', stock: 100, observedAt: nowMs() - 299_999 })).toEqual(['skipped: unchanged']);
    await advance(1);
    expect(await observe({ sku: 'a' })).toEqual(['repricing: first']);
    await store.snapshots.observe([snapshotOf('b', { stock: 100, observedAtMs: nowMs() })]);
    expect(await observe({ sku: 'b', stock: 50 })).toEqual(['repricing: stock']);
  });

  it('ends with a change of cost, competitors, demand, bounds, strategy or stated price; not with their order or a title', async () => {
    const { observe, price, advance } = await market();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR', competitors: ['9.00', '11.00'] });
    await advance(5000);
    await price();
    expect(await observe({ sku: 'a', competitors: ['11.00', '9.00'] })).toEqual(['skipped: immaterial']);
    expect(await observe({ sku: 'a', title: 'Shoe', category: 'shoes' })).toEqual(['skipped: immaterial']);
    expect(await observe({ sku: 'a', price: '9.50' })).toEqual(['skipped: immaterial']);
    for (const [change, reason] of [
      [{ competitors: ['11.00'] }, 'competitors'],
      [{ cost: '2.00' }, 'cost'],
      [{ demand: 1.1 }, 'demand'],
      [{ floor: '8.00' }, 'bounds'],
      [{ restockDays: 3 }, 'supply'],
      [{ strategy: 'premium' }, 'strategy'],
      [{ price: '12.00' }, 'price'],
    ] as const) {
      expect(await observe({ sku: 'a', ...change })).toEqual([`repricing: ${reason}`]);
      await advance(5000);
      expect(await price()).toEqual(['a:undefined']);
    }
  });

  it('ends with age, by the strategy', async () => {
    const { observe, price, advance, store, nowMs } = await market();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR' });
    await advance(5000);
    await price();
    await advance(299_999);
    expect(await observe({ sku: 'a' })).toEqual(['skipped: unchanged']);
    await advance(1);
    const never = { balanced: { freshness: { ttlSeconds: 0, undercutPercent: 10 } } };
    const [kept] = await store.observations.merge([observation({ sku: 'a' }, nowMs())], never);
    expect(kept).toEqual({ kind: 'skipped', reason: 'unchanged' });
    expect(await observe({ sku: 'a' })).toEqual(['repricing: age']);
  });

  it('counts what it decided, by name', async () => {
    const { observe, store, nowMs } = await market();
    await observe({ sku: 'a', price: '10.00', currency: 'EUR', stock: 5 }, { sku: 'a', stock: 9 }, { sku: 'a' });
    await observe({ sku: 'a', observedAt: nowMs() - 10 }, { sku: 'b' });
    const [minute] = await store.stats.minutes(1, nowMs());
    expect(Object.fromEntries(minute?.observations ?? [])).toEqual({ accepted: 3, stale: 1 });
    expect(Object.fromEntries(minute?.repricing ?? [])).toEqual({ first: 1, stock: 1 });
    expect(Object.fromEntries(minute?.skipped ?? [])).toEqual({ unchanged: 1 });
  });
});
