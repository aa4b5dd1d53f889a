import { expect, test, vi } from 'vitest';
import { MarketUnderTest } from './market-fixture.ts';

test('while a feed is frozen no price is made of what may be out of date; another process takes it over, and the first one stands by when it wakes', async () => {
  const market = await MarketUnderTest.start();
  const { store } = market;
  await market.move({ skus: 30 });
  const truth = await market.truth();
  const skus = truth.map(({ sku }) => sku);
  const revisions = async () => (await store.prices.getMany(skus)).map((price) => price?.revision ?? 0);

  const first = await market.feed({ holdAfterMs: 2500 });
  await market.until({ state: 'live', holds: false });
  const [second] = await Promise.all([market.feed({ holdAfterMs: 2500 }), market.worker()]);
  await second.logged(({ msg }) => String(msg).includes('standing by'));
  await vi.waitFor(async () => expect(await revisions()).not.toContain(0), { timeout: 30_000, interval: 50 });

  first.signal('SIGSTOP');
  // Nor does the other take it over before all of this is seen.
  second.signal('SIGSTOP');
  await market.until({ holds: true });
  // Another source makes all of them urgent, and the market has moved on meanwhile.
  const before = await revisions();
  await market.observe(skus.map((sku) => ({ sku, stock: 0 })));
  await market.move({ items: skus.map((sku) => ({ sku, stock: 7 })) });
  const { skus: due, isFeedBehind } = await store.dirty.due(100);
  expect({ due: Object.values(due).flat(), isFeedBehind }).toEqual({ due: [], isFeedBehind: true });
  expect(await store.dirty.size()).toBe(30);
  second.signal('SIGCONT');

  await vi.waitUntil(
    async () => {
      const now = await revisions();
      const { holds, state } = (await market.view()) ?? {};
      // Read before the view: while it holds, nothing can have come between.
      if (holds) expect(now).toEqual(before);
      return !holds && state === 'live';
    },
    { timeout: 30_000, interval: 20 },
  );
  await market.untilTrue();
  await vi.waitFor(
    async () => expect((await revisions()).filter((revision, i) => revision > (before[i] ?? 0))).toHaveLength(30),
    { timeout: 30_000, interval: 50 },
  );

  const { cursor } = await market.until({ state: 'live' });
  first.signal('SIGCONT');
  await first.logged(({ msg }) => String(msg).includes('no longer'));
  await market.move({ events: 50 });
  await market.untilTrue();
  await vi.waitFor(async () => expect((await market.view())?.cursor?.seq).toBe((cursor?.seq ?? 0) + 50), {
    timeout: 30_000,
  });
  await market.until({ state: 'live', holds: false });
  expect((await second.kill()).code).toBe(0);
  await market.until({ state: 'live', holds: false });
});
