import { builtInStrategies, noPast, type Strategy, suggestionFrom } from '@reprice/pricing';
import { expect, it } from 'vitest';
import { decodeChunk } from '../src/result-chunk.ts';
import { all, freshStore, safePriceOf, snapshotOf } from './fixture.ts';

async function held(price = '14.00', fence = 0) {
  const fresh = freshStore();
  const { store } = fresh;
  const snapshot = snapshotOf('A');
  const batchId = await store.batches.open({ kind: 'batch', priority: 'normal', mode: 'live' });
  await store.batches.stage(batchId, { packs: [{ first: 0, strategy: 'balanced', skus: ['A'] }] });
  await store.batches.commit(batchId);
  const row = {
    ordinal: 0,
    fence,
    sku: 'A',
    safePrice: safePriceOf(snapshot, price),
    previousMinor: 1000,
    strategy: 'balanced',
    reason: 'scarce',
    costUsd: '0.000001',
    snapshotAtMs: snapshot.observedAtMs,
    decision: {
      suggestion: suggestionFrom({ price: '99.00', reason: 'scarce' }),
      snapshot,
      past: noPast,
      strategy: builtInStrategies.balanced as Strategy,
    },
  };
  const jobId = `${batchId}.0`;
  const publication = {
    batchId,
    jobId,
    source: 'model',
    model: 'm',
    route: 'stable',
    pricedAtMs: 1_700_000_001_000,
  } as const;
  await store.held.hold(publication, [row]);
  const waiting = await store.held.get('A');
  if (!waiting) throw new Error('nothing is held');
  const by = { ...publication, source: 'manual', by: 'ops', note: 'season', pricedAtMs: 1_700_000_002_000 } as const;
  return { ...fresh, batchId, row, publication, waiting, by };
}

it('an approved price goes live once, with who approved it, and the changes tell it', async () => {
  const { store, redis, row, waiting, by, batchId } = await held();
  expect(waiting).toMatchObject({ suggested: '99.00', price: '14.00' });
  await store.freeze.set('', 'ops');
  expect(await store.prices.publishManual(by, row, waiting)).toBe('published');
  expect(await store.prices.get('A')).toEqual({
    sku: 'A',
    price: '14.00',
    currency: 'EUR',
    previousPrice: '10.00',
    changePercent: 40,
    source: 'manual',
    strategy: 'balanced',
    reason: 'scarce',
    guardrails: [],
    model: 'm',
    route: 'stable',
    costUsd: '0.000001',
    batchId,
    jobId: `${batchId}.0`,
    by: 'ops',
    note: 'season',
    revision: 1,
    snapshotAt: '2023-11-14T22:13:20.000Z',
    pricedAt: '2023-11-14T22:13:22.000Z',
  });
  expect(await all(store.batches.results(batchId))).toEqual([]);
  expect(await store.history.story('A')).toMatchObject({ price: { by: 'ops' }, inputs: { suggested: '99.00' } });
  const [[, [, chunk = '']] = ['', []]] = await redis.xrange(store.keys.changes(), '-', '+');
  expect(decodeChunk(chunk)).toMatchObject([{ sku: 'A', note: 'season' }]);
  expect(await store.held.get('A')).toBeUndefined();
  expect(await store.prices.publishManual(by, row, waiting)).toBe('stale');
});

it('what nobody has seen is not approved, and a newer price is not overwritten', async () => {
  const { store, row, waiting, publication, by } = await held();
  const next = await store.batches.open({ kind: 'batch', priority: 'normal', mode: 'live' });
  await store.batches.stage(next, { packs: [{ first: 0, strategy: 'balanced', skus: ['A'] }] });
  await store.batches.commit(next);
  await store.held.hold({ ...publication, batchId: next, pricedAtMs: 1_700_000_001_500 }, [row]);
  expect(await store.prices.publishManual(by, row, waiting)).toBe('changed');
  expect(await store.prices.publishManual(by, { ...row, fence: 3 })).toBe('stale');
  expect(await store.prices.get('A')).toBeUndefined();
});

it('a price of no batch moves the live one to the history', async () => {
  const { store, redis, row, by } = await held();
  const { batchId: _batch, jobId: _job, ...rest } = by;
  const own = { ...rest, batchId: '', jobId: '' };
  expect(await store.prices.publishManual(own, row)).toBe('published');
  const safePrice = safePriceOf(snapshotOf('A'), '12.00');
  expect(await store.prices.publishManual(own, { ...row, fence: 1, safePrice, previousMinor: 1400 })).toBe('published');
  expect(await store.prices.get('A')).toMatchObject({
    price: '12.00',
    previousPrice: '14.00',
    revision: 2,
    source: 'manual',
  });
  expect(await store.prices.get('A')).not.toHaveProperty('batchId');
  expect(await redis.lrange(store.keys.history('A'), 0, -1)).toEqual([
    expect.stringMatching(/^1\t14\.00\tEUR\tmanual\t/),
  ]);
  await expect(store.prices.publishManual(own, { ...row, sku: 'B' })).rejects.toThrow(TypeError);
});
