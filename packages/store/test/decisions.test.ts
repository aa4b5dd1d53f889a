import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  applyGuardrails,
  boundsFor,
  builtInStrategies,
  type PastPrices,
  reproduces,
  retrace,
  type Snapshot,
  type Strategy,
  strategySchema,
  suggestionFrom,
  withReplaced,
} from '@reprice/pricing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublishRow, Store } from '../src/index.ts';
import { encodeRows, type Publication } from '../src/publish-row.ts';
import { decodeDecision } from '../src/result-chunk.ts';
import { freshStore, snapshotOf } from './fixture.ts';

const T0 = Date.UTC(2026, 10, 21, 12);
const hourMs = 3_600_000;
const balanced = builtInStrategies.balanced as Strategy;

/** A row as the pipeline makes it; undefined where the guardrails make no price. */
function rowOf(
  snapshot: Snapshot,
  price: string,
  more: { fence?: number; liveMinor?: number; past?: readonly PastPrices[]; strategy?: Strategy; atMs?: number } = {},
): PublishRow | undefined {
  const { fence = 0, liveMinor, past = [], strategy = balanced, atMs = T0 } = more;
  const suggestion = suggestionFrom({ price, confidence: 0.7, reason: 'scarce' });
  const bounds = boundsFor(snapshot, strategy.guardrails);
  if ('conflict' in bounds) return undefined;
  const recent = { past, nowMs: atMs };
  const safePrice = applyGuardrails(suggestion, snapshot, liveMinor, bounds, strategy.guardrails, recent);
  if ('conflict' in safePrice) return undefined;
  return {
    ordinal: 0,
    fence,
    sku: snapshot.sku,
    safePrice,
    previousMinor: liveMinor ?? snapshot.priceMinor,
    strategy: strategy.name,
    confidence: 0.7,
    reason: 'scarce',
    costUsd: '0.000011',
    snapshotAtMs: snapshot.observedAtMs,
    decision: { suggestion, snapshot, past, strategy },
  };
}

const publication = (batchId: string, pricedAtMs = T0): Publication => ({
  batchId,
  jobId: `${batchId}.0`,
  source: 'model',
  model: 'deepseek-v3.2',
  route: 'stable',
  promptVersion: '1',
  pricedAtMs,
});

async function runningBatch(store: Store, skus: string[]): Promise<string> {
  const id = await store.batches.open({ kind: 'batch', priority: 'low', mode: 'live' });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus }] });
  await store.batches.commit(id);
  return id;
}

/** What a worker does to one SKU, with a suggestion in place of a model. */
async function reprice(store: Store, snapshot: Snapshot, price: string, atMs: number): Promise<string> {
  const { sku } = snapshot;
  const id = await runningBatch(store, [sku]);
  await store.snapshots.observe([snapshot]);
  const [loaded] = (await store.snapshots.load(id, [sku], [0])).rows;
  if (!loaded || loaded.settled || !loaded.snapshot) throw new Error('nothing was loaded');
  const { fence, liveMinor, past } = loaded;
  const row = rowOf(loaded.snapshot, price, { fence, past, atMs, ...(liveMinor !== undefined && { liveMinor }) });
  if (!row) throw new Error('no price');
  expect(await store.prices.publish(publication(id, atMs), [row])).toEqual(['published']);
  return id;
}

describe('a decision', () => {
  const amount = fc.integer({ min: 50, max: 5_000_000 });
  const near = fc.integer({ min: 70, max: 140 });
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
  const inputs = fc.record({
    priceMinor: amount,
    currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
    reference: near,
    live: some(near),
    floor: some(fc.integer({ min: 60, max: 95 })),
    ceiling: some(fc.integer({ min: 100, max: 180 })),
    map: some(fc.integer({ min: 60, max: 95 })),
    cost: some(fc.integer({ min: 20, max: 90 })),
    stock: some(fc.double({ min: 0, max: 1000, noNaN: true })),
    demand: some(fc.double({ min: 0, max: 5, noNaN: true })),
    competitors: fc.array(near, { maxLength: 3 }),
    title: some(fc.string()),
    past: fc.array(fc.tuple(near, fc.integer({ min: 0, max: 200 })), { maxLength: 6 }),
    suggested: fc.tuple(near, fc.integer({ min: 0, max: 5 })),
    guardrails: fc.record(
      {
        maxChangePercent: fc.integer({ min: 1, max: 40 }),
        maxChange24hPercent: fc.integer({ min: 40, max: 60 }),
        maxChange7dPercent: fc.integer({ min: 60, max: 90 }),
        ending: fc.constantFrom('.99', '.95'),
        roundingStepMinor: fc.constantFrom(5, 10),
        minMarginPercent: fc.integer({ min: 0, max: 20 }),
      },
      { requiredKeys: [] },
    ),
  });

  it('of any inputs makes the same price again from its record, offline; another one from a record that was changed', () => {
    let decided = 0;
    let moved = 0;
    fc.assert(
      fc.property(inputs, (x) => {
        const at = (percent: number): number => Math.max(1, Math.round((x.priceMinor * percent) / 100));
        const of = (name: string, percent: number | undefined) =>
          percent === undefined ? {} : { [name]: at(percent) };
        const snapshot = {
          ...snapshotOf('a', {
            priceMinor: x.priceMinor,
            currency: x.currency,
            competitorsMinor: x.competitors.map(at),
          }),
          referenceMinor: at(x.reference),
          ...of('floorMinor', x.floor),
          ...of('ceilingMinor', x.ceiling),
          ...of('mapMinor', x.map),
          ...of('costMinor', x.cost),
          ...(x.stock !== undefined && { stock: x.stock }),
          ...(x.demand !== undefined && { demand: x.demand }),
          ...(x.title !== undefined && { title: x.title }),
        } as Snapshot;
        const past = x.past.reduce<readonly PastPrices[]>(
          (sum, [percent, hoursAgo]) => withReplaced(sum, at(percent), T0 - hoursAgo * hourMs),
          [],
        );
        const strategy = strategySchema.parse({
          name: 'own',
          guidance: 'x',
          quoteTitle: true,
          guardrails: x.guardrails,
        });
        const [percent, decimals] = x.suggested;
        const whole = x.currency === 'JPY' ? at(percent) : at(percent) / (x.currency === 'KWD' ? 1000 : 100);
        const price = whole.toFixed(decimals);
        const row = rowOf(snapshot, price, { strategy, past, fence: 1, ...(x.live && { liveMinor: at(x.live) }) });
        if (!row) return;
        const { chunk } = encodeRows(publication('b00000000000'), [row, row]);
        const read = decodeDecision(`01\n${chunk}`, 'a', 2);
        const kept = read?.inputs;
        if (!read || !kept) throw new Error('no decision was kept');
        expect(reproduces(kept, retrace(kept), read.price)).toBe(true);
        const { title = '' } = kept.snapshot;
        expect(kept).toEqual({
          suggested: price,
          snapshot: { ...snapshot, ...(title && { title }), strategy: 'own', title: title || undefined },
          currentMinor: row.previousMinor,
          recent: { past, nowMs: T0 },
          policy: strategy.guardrails,
        });
        decided += 1;
        moved += row.safePrice.guardrails.length > 0 ? 1 : 0;
        const other = { ...read.price, price: '0.01' };
        expect(reproduces(kept, retrace(kept), other)).toBe(false);
        expect(reproduces({ ...kept, suggested: 'x' }, retrace({ ...kept, suggested: 'x' }), read.price)).toBe(false);
      }),
      { numRuns: 1500, seed: 20_261_121 },
    );
    expect(decided).toBeGreaterThan(700);
    expect(moved).toBeGreaterThan(300);
  });

  it('takes few bytes beside its price', () => {
    const rows = Array.from({ length: 25 }, (_, i) => {
      const priceMinor = 1000 + ((i * 7919) % 9000);
      const snapshot = snapshotOf(`A-${String(i).padStart(7, '0')}`, {
        priceMinor,
        stock: (i * 31) % 300,
        capacity: 300,
        costMinor: Math.round(priceMinor * (0.5 + (i % 7) / 40)),
        competitorsMinor: [priceMinor + i * 13, priceMinor - i * 11],
      });
      const row = rowOf(snapshot, ((priceMinor * (90 + (i % 20))) / 10_000).toFixed(2));
      if (!row) throw new Error('no price');
      return { ...row, ordinal: i };
    });
    expect(encodeRows(publication('bmi8wzxq0a1f'), rows).chunk.length / 25).toBeLessThan(70);
    expect(encodeRows(publication('bmi8wzxq0a1f'), rows.slice(0, 1)).chunk.length).toBeLessThan(260);
  });
});

describe('the history of a SKU', () => {
  it('tells each revision, the live one first, and how it came about', async () => {
    const { store } = freshStore();
    const first = await reprice(store, snapshotOf('a', { stock: 5 }), '11.5', T0);
    const second = await reprice(store, snapshotOf('a', { stock: 4, observedAtMs: T0 }), '20', T0 + hourMs);
    const third = await reprice(store, snapshotOf('a', { stock: 3, observedAtMs: T0 }), '12', T0 + 2 * hourMs);
    const same = { currency: 'EUR', source: 'model', reason: 'scarce' };
    expect(await store.history.list('a', 10)).toEqual([
      {
        ...same,
        revision: 3,
        price: '12.00',
        previousPrice: '12.50',
        changePercent: -4,
        guardrails: [],
        pricedAt: '2026-11-21T14:00:00.000Z',
        batchId: third,
      },
      {
        ...same,
        revision: 2,
        price: '12.50',
        previousPrice: '11.50',
        changePercent: 8.7,
        guardrails: ['derived_ceiling'],
        pricedAt: '2026-11-21T13:00:00.000Z',
        batchId: second,
      },
      {
        ...same,
        revision: 1,
        price: '11.50',
        previousPrice: '10.00',
        changePercent: 15,
        guardrails: [],
        pricedAt: '2026-11-21T12:00:00.000Z',
        batchId: first,
      },
    ]);
    expect((await store.history.list('a', 2)).map(({ revision }) => revision)).toEqual([3, 2]);
    expect(await store.history.list('nosuch', 10)).toEqual([]);

    const live = await store.history.story('a');
    expect(live?.price).toEqual(await store.prices.get('a'));
    expect(live).toMatchObject({
      promptVersion: '1',
      inputs: { suggested: '12', currentMinor: 1250, snapshot: { stock: 3 } },
    });
    const past = await store.history.story('a', 2);
    expect(past).toMatchObject({
      price: { revision: 2, price: '12.50', strategy: 'balanced', jobId: `${second}.0` },
      inputs: {
        suggested: '20',
        currentMinor: 1150,
        snapshot: { stock: 4 },
        recent: { past: [{ lowestMinor: 1000 }] },
      },
    });
    expect(await store.history.story('a', 4)).toBeUndefined();
    expect(await store.history.story('nosuch')).toBeUndefined();
  });

  it('tells what it still knows when the results of a batch are gone', async () => {
    const { store, redis } = freshStore();
    const first = await reprice(store, snapshotOf('a'), '11.5', T0);
    await reprice(store, snapshotOf('a', { stock: 4, observedAtMs: T0 }), '12', T0 + hourMs);
    await redis.del(store.keys.results(first));
    expect((await store.history.list('a', 10))[1]).toEqual({
      revision: 1,
      price: '11.50',
      currency: 'EUR',
      source: 'model',
      pricedAt: '2026-11-21T12:00:00.000Z',
      batchId: first,
    });
    expect(await store.history.story('a', 1)).toEqual({
      price: expect.objectContaining({ revision: 1, price: '11.50' }),
    });
    const live = await store.prices.get('a');
    await redis.del(store.keys.results(live?.batchId ?? ''));
    expect(await store.history.story('a')).toEqual({ price: live });
    // The one before still tells what the live one replaced.
    expect((await store.history.list('a', 1))[0]).toMatchObject({ previousPrice: '11.50', changePercent: 4.35 });
  });

  it('reads what a version without decisions left', async () => {
    const { store, redis } = freshStore();
    const id = await reprice(store, snapshotOf('a'), '11.5', T0);
    await reprice(store, snapshotOf('a', { stock: 4, observedAtMs: T0 }), '12', T0 + hourMs);
    const [entry = ''] = await redis.lrange(store.keys.results(id), 0, 0);
    await redis.lset(store.keys.results(id), 0, asOnceWritten(entry));
    const [line = ''] = await redis.lrange(store.keys.history('a'), 0, 0);
    await redis.lset(store.keys.history('a'), 0, line.replace(/\t\d+$/, ''));
    await redis.hdel(store.keys.price('a'), 'decision');
    for await (const page of store.batches.results(id)) expect(page).toMatchObject([{ sku: 'a', price: '11.50' }]);
    expect((await store.history.story('a', 1))?.inputs).toBeUndefined();
    expect(await store.history.story('a')).toEqual({ price: await store.prices.get('a') });
    await redis.lset(store.keys.history('a'), 0, line);
    expect(await store.history.story('a', 1)).toEqual({
      price: expect.objectContaining({ price: '11.50', reason: 'scarce' }),
    });
  });

  /** An entry as versions wrote it that kept no lines and had no dictionary. */
  function asOnceWritten(entry: string): string {
    const [mask, chunk = ''] = entry.split('\n');
    const { cells } = encodeRows(publication('b00000000000'), [rowOf(snapshotOf('a'), '11.5') as PublishRow]);
    expect(chunk.startsWith('1.')).toBe(true);
    const head = {
      source: 'model',
      model: 'm',
      route: 'stable',
      batchId: 'b',
      jobId: 'b.0',
      pricedAt: '2026-11-21T12:00:00.000Z',
    };
    const text = deflateRawSync(`${JSON.stringify(head)}\n${cells}`).toString('base64');
    expect(inflateRawSync(Buffer.from(text, 'base64')).length).toBeGreaterThan(100);
    return `${mask}\n${text}`;
  }
});

describe('past prices', () => {
  it('are kept for SKUs that were repriced, for 8 days, in step with the live price', async () => {
    const { store, redis } = freshStore();
    const at = (hours: number) => T0 + hours * hourMs;
    const past = async () => {
      const [row] = (await store.snapshots.loadAnew('b', ['a'])).rows;
      return row && !row.settled ? row.past.map(({ lowestMinor, highestMinor }) => [lowestMinor, highestMinor]) : [];
    };
    await reprice(store, snapshotOf('a'), '11', at(0));
    expect(await redis.exists(store.keys.rolling('a'))).toBe(0);
    expect(await past()).toEqual([[1000, 1000]]);
    await reprice(store, snapshotOf('a', { stock: 1, observedAtMs: T0 }), '12', at(1));
    expect(await redis.get(store.keys.rolling('a'))).toBe(`EUR ${T0 / hourMs}:1000`);
    expect(await redis.ttl(store.keys.rolling('a'))).toBeGreaterThan(7 * 24 * 3600 + 6 * 3600);
    expect(await past()).toEqual([
      [1000, 1000],
      [1100, 1100],
    ]);
    // 11.00 lies between prices that count longer; 10.00 does not.
    await reprice(store, snapshotOf('a', { stock: 2, observedAtMs: T0 }), '10.5', at(2));
    expect(await past()).toEqual([
      [1000, 1000],
      [1200, 1200],
    ]);
    await redis.script('FLUSH');
    await reprice(store, snapshotOf('a', { stock: 3, observedAtMs: T0 }), '10.6', at(3));
    expect(await past()).toEqual([
      [1000, 1000],
      [1200, 1200],
      [1050, 1050],
    ]);
  });

  it('of another currency limit nothing', async () => {
    const { store } = freshStore();
    await reprice(store, snapshotOf('a'), '11', T0);
    await reprice(store, snapshotOf('a', { stock: 1, observedAtMs: T0 }), '12', T0 + hourMs);
    const inYen = snapshotOf('a', { currency: 'JPY', priceMinor: 2000, observedAtMs: T0 + hourMs });
    await store.snapshots.observe([inYen]);
    const [row] = (await store.snapshots.loadAnew('b', ['a'])).rows;
    expect(row).toEqual({ settled: false, snapshot: expect.objectContaining({ currency: 'JPY' }), fence: 2, past: [] });
  });
});
