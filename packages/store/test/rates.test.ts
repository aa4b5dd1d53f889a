import { builtInStrategies, parseSnapshot, type RateTable } from '@reprice/pricing';
import { describe, expect, it } from 'vitest';
import { ObservationMerger, Store } from '../src/index.ts';
import { freshStore } from './fixture.ts';

const nowMs = Date.UTC(2026, 10, 21, 9);
const tableOf = (date: string, usd: string, more: Partial<RateTable> = {}): RateTable => ({
  date,
  base: 'EUR',
  perBase: { USD: usd },
  maxAgeDays: 7,
  ...more,
});

describe('of the tables that were given', () => {
  it('the newest is in force; of one day, the one that was set', async () => {
    const { store, redis } = freshStore({ now: () => nowMs });
    const namespace = store.keys.prefix.slice(1, -':0}:'.length);
    const configured = (date: string) => new Store(redis, { namespace, rates: tableOf(date, '1.5') }).rates;
    expect(await store.rates.get()).toBeUndefined();
    expect(await configured('2026-11-19').get()).toMatchObject({ from: 'config' });
    expect(await store.rates.set(tableOf('2026-11-20', '1.1'), 'ann', false)).toBeUndefined();
    expect(await store.rates.get()).toMatchObject({ from: 'api', by: 'ann', setAtMs: nowMs });
    for (const date of ['2026-11-19', '2026-11-20'])
      expect((await configured(date).get())?.rates.table.perBase).toEqual({ USD: '1.1' });
    expect(await configured('2026-11-21').get()).toMatchObject({
      from: 'config',
      rates: { table: { date: '2026-11-21' } },
    });
  });

  it('an older one is refused, unless somebody insists; of two at the same time the newer stays', async () => {
    const { store } = freshStore();
    const days = ['2026-11-18', '2026-11-20', '2026-11-19'];
    await Promise.all(days.map((date) => store.rates.set(tableOf(date, '1.1'), 'ann', false)));
    expect((await store.rates.inForce())?.table.date).toBe('2026-11-20');
    expect(await store.rates.set(tableOf('2026-11-17', '1.2'), 'bob', false)).toBe('2026-11-20');
    expect(await store.rates.set(tableOf('2026-11-17', '1.2'), 'bob', true)).toBeUndefined();
    expect((await store.rates.inForce())?.table.perBase.USD).toBe('1.2');
  });
});

/** A SKU of 12.00 EUR, told of through observations. */
async function sku() {
  const { store } = freshStore({ now: () => nowMs });
  const merger = new ObservationMerger({
    observations: store.observations,
    strategies: builtInStrategies,
    now: () => nowMs,
  });
  const set = (date: string, usd: string) => store.rates.set(tableOf(date, usd), 'ann', false);
  let atMs = nowMs - 3_600_000;
  const observe = async (part: object): Promise<string> => {
    atMs += 1000;
    const [row] = await merger.merge([{ sku: 'a', observedAt: atMs, ...part }]);
    return row && 'reason' in row ? row.reason : (row?.kind ?? '');
  };
  const known = async () => (await store.snapshots.loadAnew('none', ['a'])).rows[0];
  await set('2026-11-20', '1.0842');
  await observe({ price: '12.00', currency: 'EUR', stock: 5 });
  return { store, merger, set, observe, known };
}

describe('competitors in other currencies', () => {
  it('are stored as they are converted, with what they were', async () => {
    const { observe, known, store } = await sku();
    expect(await observe({ competitors: ['12.99', { price: '15.00', currency: 'USD' }, '9 GBP'] })).toBe('competitors');
    const conversions = {
      table: { date: '2026-11-20', base: 'EUR', perBase: { USD: '1.0842' } },
      converted: [{ at: 1, currency: 'USD', minor: 1500 }],
      unused: [{ currency: 'GBP', minor: 900, because: 'no-rate' }],
    };
    expect(await known()).toMatchObject({ snapshot: { competitorsMinor: [1299, 1384], conversions } });
    await observe({ stock: 4, title: 'Shoe' });
    expect(await known()).toMatchObject({ snapshot: { stock: 4, competitorsMinor: [1299, 1384], conversions } });
    const [minute] = await store.stats.minutes(1, nowMs);
    expect([minute?.converted, minute?.unconverted]).toEqual([new Map([['USD', 1]]), new Map([['GBP', 1]])]);
  });

  it('are not moved by rates alone until these add up to 1 %', async () => {
    const { observe, known, set } = await sku();
    const competitors = ['15.00 USD', '12.00'];
    await observe({ competitors });
    await set('2026-11-21', '1.0900');
    expect(await observe({ competitors: [...competitors].reverse() })).toBe('unchanged');
    expect(await known()).toMatchObject({
      snapshot: { competitorsMinor: [1384, 1200], conversions: { table: { date: '2026-11-20' } } },
    });
    expect(await observe({ competitors: ['15.01 USD', '12.00'] })).toBe('competitors');
    expect(await known()).toMatchObject({
      snapshot: { competitorsMinor: [1377, 1200], conversions: { table: { date: '2026-11-21' } } },
    });
    await set('2026-11-22', '1.0750');
    expect(await observe({ competitors: ['15.01 USD', '12.00'] })).toBe('competitors');
  });

  it('count as gone once there is no rate for them, and go with competitors and currency', async () => {
    const { observe, known, store } = await sku();
    await observe({ competitors: '15.00 USD' });
    await store.rates.set({ ...tableOf('2026-11-21', '1'), perBase: { JPY: '160' } }, 'ann', false);
    expect(await observe({ competitors: '15.00 USD' })).toBe('competitors');
    expect(await known()).toMatchObject({
      snapshot: { competitorsMinor: [], conversions: { unused: [{ currency: 'USD' }] } },
    });
    await observe({ price: '12.00', currency: 'GBP' });
    expect(await known()).not.toHaveProperty('snapshot.conversions');
    await observe({ competitors: '2000 JPY' });
    await observe({ competitors: null });
    expect(await known()).not.toHaveProperty('snapshot.conversions');
  });

  it('are read again where the currency of the SKU changed meanwhile', async () => {
    const { merger, known } = await sku();
    await merger.merge([
      { sku: 'a', price: '1500', currency: 'JPY' },
      { sku: 'a', competitors: ['15.00 USD', '10.00 EUR'] },
    ]);
    const conversions = { unused: [{ currency: 'USD' }, { currency: 'EUR' }] };
    expect(await known()).toMatchObject({ snapshot: { currency: 'JPY', competitorsMinor: [], conversions } });
  });
});

describe('a batch', () => {
  it('calls a SKU unchanged while only rates moved, by less than 1 %', async () => {
    const { store } = freshStore({ now: () => nowMs });
    const observe = async (second: number, usd: string, competitors: string) => {
      await store.rates.set(tableOf('2026-11-20', usd), 'ann', false);
      const read = parseSnapshot(
        { sku: 'a', price: 12, currency: 'EUR', competitors, observedAt: nowMs + second * 1000 },
        { nowMs, strategies: new Set(), rates: await store.rates.inForce() },
      );
      if (!read.ok) throw new Error('refused');
      return (await store.snapshots.observe([read.snapshot]))[0]?.movedAtMs === nowMs + second * 1000;
    };
    expect(await observe(0, '1.0842', '15.00 USD')).toBe(true);
    expect(await observe(1, '1.0880', '15.00 USD')).toBe(false);
    expect(await observe(2, '1.0910', '15.00 USD')).toBe(false);
    expect(await observe(3, '1.0960', '15.00 USD')).toBe(true);
    expect(await observe(4, '1.0960', '15.00 USD|12.00')).toBe(true);
    expect(await observe(5, '1.0960', '12.00')).toBe(true);
  });
});
