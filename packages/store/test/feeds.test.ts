import { defaultStrategy } from '@reprice/pricing';
import { expect, it, vi } from 'vitest';
import type { FeedRecord, PublishRow } from '../src/index.ts';
import { freshStore, limitedOnClock, safePriceOf, snapshotOf } from './fixture.ts';

const record: FeedRecord = {
  state: 'live',
  since: '2026-11-21T12:00:00.000Z',
  detail: '',
  whenBehind: 'hold',
  holdAfterMs: 1000,
  events: 1,
  gaps: 0,
  duplicates: 0,
  quarantined: 0,
  dropped: 0,
  coalesced: 0,
  reconnects: 0,
  snapshots: 0,
};
const leaseMs = 60_000;

it('a feed is run by one process at a time; another one takes over when its lease ran out, and finds what was stored', async () => {
  const { store } = freshStore();
  const { feeds } = store;
  expect(await feeds.report('m', { token: 'a', leaseMs })).toMatchObject({ lease: 'taken' });
  expect(await feeds.report('m', { token: 'a', leaseMs, record })).toMatchObject({ lease: 'kept' });
  const theft = { token: 'b', leaseMs, inSyncUntilMs: Date.now() + 60_000, record: { ...record, gaps: 9 } };
  expect(await feeds.report('m', theft)).toMatchObject({ lease: 'held', before: record });
  expect(await feeds.list()).toMatchObject([{ name: 'm', state: 'live', gaps: 0, holds: true }]);
  expect(await feeds.report('m', { token: 'a', leaseMs: 1, record })).toMatchObject({ lease: 'kept' });
  await expect
    .poll(async () => await feeds.report('m', { token: 'b', leaseMs }))
    .toMatchObject({ lease: 'taken', before: record });
  await feeds.leave('m', 'a');
  expect(await feeds.report('m', { token: 'c', leaseMs })).toMatchObject({ lease: 'held' });
  await feeds.leave('m', 'b');
  expect(await feeds.list()).toMatchObject([{ state: 'down', detail: expect.stringContaining('npm run feed') }]);
  expect(await feeds.report('m', { token: 'c', leaseMs })).toMatchObject({ lease: 'taken' });
});

it('what observations moved waits from the first word of a feed until it is in sync, and again when it falls silent', async () => {
  const { store } = freshStore();
  const strategies = { [defaultStrategy]: {} };
  const values = snapshotOf('A', { stock: 5 });
  const observation = { sku: 'A', named: ['currency', 'price', 'stock'] as const, values, readIn: 'EUR' };
  await store.observations.merge(
    [observation, { sku: 'A', named: ['stock'], values: { ...values, stock: 0 } }],
    strategies,
  );
  const due = async () => {
    const { skus, isFeedBehind } = await store.dirty.due(10);
    return { skus: Object.values(skus).flat(), isFeedBehind };
  };
  const waits = { skus: [], isFeedBehind: true };
  expect(await due()).toEqual({ skus: ['A'], isFeedBehind: false });
  const { nowMs } = await store.feeds.report('m', { token: 'a', leaseMs });
  expect(await due()).toEqual(waits);
  await store.feeds.report('m', { token: 'a', leaseMs, inSyncUntilMs: nowMs + 60_000 });
  await store.feeds.report('second', { token: 'a', leaseMs, inSyncUntilMs: 'never', record });
  expect(await due()).toEqual({ skus: ['A'], isFeedBehind: false });

  const [pack] = await store.dirty.take('critical', ['A'], 25);
  const batchId = pack?.batchId ?? '';
  const publication = { batchId, jobId: 'j', source: 'model', pricedAtMs: Date.now() } as const;
  const priced: PublishRow = {
    ordinal: 0,
    sku: 'A',
    fence: 0,
    safePrice: safePriceOf(values, '11.00'),
    previousMinor: 1000,
    strategy: defaultStrategy,
    reason: 'market',
    costUsd: '0.01',
    snapshotAtMs: values.observedAtMs,
  };
  expect((await store.snapshots.load(batchId, ['A'], [0])).status).toBe('running');
  // The process died: it says nothing any more, and nobody else does.
  await store.feeds.report('m', { token: 'a', leaseMs, inSyncUntilMs: nowMs - 1 });
  expect((await store.snapshots.load(batchId, ['A'], [0])).status).toBe('behind');
  expect((await store.snapshots.loadAnew(batchId, ['A'])).status).toBe('running');
  expect(await store.prices.publish(publication, [priced])).toEqual(['behind']);
  expect(await store.held.hold(publication, [priced])).toEqual(['behind']);
  expect(await store.prices.get('A')).toBeUndefined();
  expect(await store.feeds.list()).toMatchObject([
    { name: 'm', holds: true },
    { name: 'second', holds: false },
  ]);
  expect(await store.feeds.forget('m')).toBe(true);
  expect(await store.feeds.forget('m')).toBe(false);
  expect(await store.prices.publish(publication, [priced])).toEqual(['published']);
});

it('a silence of an hour is held like one of a second: nothing that was said lifts it', async () => {
  const { store, nowMs, advance } = await limitedOnClock({});
  const values = snapshotOf('A', { stock: 5 });
  const observation = { sku: 'A', named: ['currency', 'price', 'stock'] as const, values, readIn: 'EUR' };
  const soldOut = { sku: 'A', named: ['stock'] as const, values: { ...values, stock: 0 } };
  await store.observations.merge([observation, soldOut], { [defaultStrategy]: {} });
  const due = async () => (await store.dirty.due(10)).skus.critical;
  await store.feeds.report('m', { token: 'a', leaseMs: 3000, inSyncUntilMs: nowMs() + 2000, record });
  expect(await due()).toEqual(['A']);
  for (const silentMs of [2001, 60_000, 3_600_000]) {
    await advance(silentMs);
    expect([silentMs, await due()]).toEqual([silentMs, []]);
  }
  // What a process that was frozen meanwhile had to say is as old as it is.
  await store.feeds.report('m', { token: 'a', leaseMs: 3000, inSyncUntilMs: nowMs() - 3_600_000, record });
  expect(await due()).toEqual([]);
  await store.feeds.report('m', { token: 'a', leaseMs: 3000, inSyncUntilMs: nowMs() + 2000, record });
  expect(await due()).toEqual(['A']);
});

it('a batch brings its own data: it is priced whatever the feeds do', async () => {
  const { store } = freshStore();
  await store.feeds.report('m', { token: 'a', leaseMs });
  const id = await store.batches.open({ kind: 'batch', priority: 'normal', mode: 'live' });
  await store.snapshots.observe([snapshotOf('A')]);
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: ['A'] }] });
  await store.batches.commit(id);
  expect((await store.snapshots.load(id, ['A'], [0])).status).toBe('running');
});

it('SKUs of a pack that waits for a feed are dirty again, once, as urgent as they were, and in flight no more', async () => {
  const { store, redis } = freshStore();
  const values = snapshotOf('A', { stock: 5 });
  const observation = { sku: 'A', named: ['currency', 'price', 'stock'] as const, values, readIn: 'EUR' };
  const soldOut = { sku: 'A', named: ['stock'] as const, values: { ...values, stock: 0 } };
  await store.observations.merge([observation, soldOut], { [defaultStrategy]: {} });
  const [pack] = await store.dirty.take('critical', ['A'], 25);
  if (!pack) throw new Error('A is not dirty');
  await store.dirty.enqueued([pack]);
  const row = [pack.batchId, 'critical', ['A'], [pack.first]] as const;
  await store.dirty.putBack(...row);
  expect(await redis.hlen(store.keys.dirtyInFlight())).toBe(0);
  expect(await store.batches.get(pack.batchId)).toMatchObject({ status: 'done', unchanged: 1, waiting: 0 });
  const again = await vi.waitFor(
    async () => {
      const [taken] = await store.dirty.take('critical', ['A'], 25);
      if (!taken) throw new Error('A is not due yet');
      return taken;
    },
    { timeout: 30_000, interval: 50 },
  );
  expect(again).toMatchObject({ batchId: pack.batchId, first: pack.first + 1, skus: ['A'] });
  // The run that put it back died before its job ended, and comes again.
  await store.dirty.putBack(...row);
  await store.dirty.landed(pack.batchId, ['A'], [pack.first]);
  expect(await store.dirty.size()).toBe(0);
  expect(await redis.hlen(store.keys.dirtyInFlight())).toBe(1);
});
