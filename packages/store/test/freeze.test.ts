import { freshNamespace } from '@reprice/testkit';
import { expect, it } from 'vitest';
import { freshStore, limited, safePriceOf, snapshotOf } from './fixture.ts';

const worst = { costNanoUsd: 10, tokens: 1 };

it('while frozen no call is admitted, nothing is reserved, and no price goes live, until it is lifted', async () => {
  const { store } = await limited({});
  const snapshot = snapshotOf('A');
  const id = await store.batches.open({ kind: 'batch', priority: 'normal', mode: 'live' });
  await store.batches.stage(id, { packs: [{ first: 0, strategy: 'balanced', skus: ['A'] }] });
  await store.batches.commit(id);
  const publish = () =>
    store.prices.publish({ batchId: id, jobId: 'j', source: 'model', pricedAtMs: 1 }, [
      {
        ordinal: 0,
        fence: 0,
        sku: 'A',
        safePrice: safePriceOf(snapshot, '11.00'),
        previousMinor: 1000,
        strategy: 'balanced',
        reason: 'market',
        costUsd: '0.00',
        snapshotAtMs: snapshot.observedAtMs,
      },
    ]);

  expect(await store.freeze.get()).toBeUndefined();
  await store.freeze.set('prices look wrong', 'ops');
  const first = await store.freeze.get();
  expect(first).toMatchObject({ reason: 'prices look wrong', by: 'ops' });
  await store.freeze.set('still', 'other');
  expect(await store.freeze.get()).toEqual({ reason: 'still', by: 'other', sinceMs: first?.sinceMs });

  expect(await store.admission.admit('critical', worst)).toEqual({ granted: false, because: 'frozen' });
  expect(await store.admission.budget()).toMatchObject({ reservedNanoUsd: 0, spentNanoUsd: 0 });
  expect(await publish()).toEqual(['frozen']);
  expect(await store.prices.get('A')).toBeUndefined();
  expect(await store.batches.get(id)).toMatchObject({ priced: 0, waiting: 1 });

  await store.freeze.lift();
  expect(await store.freeze.get()).toBeUndefined();
  expect(await store.admission.admit('critical', worst)).toMatchObject({ granted: true });
  expect(await publish()).toEqual(['published']);
});

it('set by one and lifted by another at once, is in force or not, and told as it is', async () => {
  const namespace = freshNamespace();
  const { store, redis } = freshStore({ namespace });
  const other = freshStore({ namespace }).store;
  for (let round = 0; round < 20; round++) {
    await Promise.all([store.freeze.set('odd', 'ops'), other.freeze.lift()]);
    const isInForce = (await redis.exists(store.keys.freeze())) === 1;
    expect((await store.freeze.get()) !== undefined).toBe(isInForce);
  }
});
