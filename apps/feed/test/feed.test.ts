import { beforeAll, expect, test, vi } from 'vitest';
import { MarketUnderTest } from './market-fixture.ts';

let market: MarketUnderTest;
beforeAll(async () => {
  market = await MarketUnderTest.start();
});

test('a feed begins with all SKUs of the market, follows its stream, and goes on where it was after kill -9', async () => {
  await market.move({ skus: 1500, events: 500, seed: 7 });
  const feed = await market.feed();
  await market.until({ state: 'live', holds: false, snapshots: 1, gaps: 0, duplicates: 0 });
  await market.untilTrue();
  await market.move({ events: 2000 });
  await market.untilTrue();
  const before = await market.until({ state: 'live', quarantined: 0 });

  await feed.kill('SIGKILL');
  await market.move({ events: 3000 });
  await market.until({ state: 'down', holds: true });
  const again = await market.feed();
  const after = await market.until({ state: 'live', holds: false });
  await market.untilTrue();
  // What was missed came from the pages of events, not from all SKUs anew.
  expect(after).toMatchObject({ snapshots: 1, gaps: 0, events: before.events, quarantined: 0 });
  await again.kill();
});

test('a feed of a source’s format knows the ids that the source learned over HTTP, and hears of those it learns meanwhile', async () => {
  const { store } = market;
  await market.observe(['AMZ-1', 'AMZ-2'].map((sku) => ({ sku, price: '20.00', currency: 'EUR' })));
  const learn = (asin: string, sku: string) => store.sourceThings.learn('amazon', [{ id: asin, sku }]);
  await learn('B00EXAMPLE01', 'AMZ-1');
  const offers = (sku: string, ASIN: string, Amount: number) => {
    const OfferChangeTrigger = { ASIN, TimeOfOfferChange: new Date().toISOString() };
    const Offers = [{ SellerId: 'RIVAL', ListingPrice: { Amount, CurrencyCode: 'EUR' } }];
    const Payload = { AnyOfferChangedNotification: { OfferChangeTrigger, Offers } };
    return market.move({ items: [{ sku, NotificationType: 'ANY_OFFER_CHANGED', Payload }] });
  };
  const rivals = async (sku: string) => {
    const [row] = (await store.snapshots.loadAnew('', [sku])).rows;
    return row?.settled === false ? row.snapshot?.competitorsMinor : undefined;
  };
  const until = (sku: string, minors: number[]) =>
    vi.waitFor(async () => expect(await rivals(sku)).toEqual(minors), { timeout: 30_000, interval: 25 });

  const feed = await market.feed({ source: 'amazon', sources: { amazon: { kind: 'amazon' } } });
  await offers('first', 'B00EXAMPLE01', 17.5);
  await offers('second', 'B00EXAMPLE02', 16.5);
  await until('AMZ-1', [1750]);
  const { items } = await vi.waitFor(
    async () => {
      const page = await store.quarantine.list(10, { source: 'feed:m' });
      expect(page.items).toHaveLength(1);
      return page;
    },
    { timeout: 30_000, interval: 25 },
  );
  expect(items).toMatchObject([{ reason: 'unknown-item', excerpt: expect.stringContaining('B00EXAMPLE02') }]);
  await learn('B00EXAMPLE02', 'AMZ-2');
  await offers('second', 'B00EXAMPLE02', 15.5);
  await until('AMZ-2', [1550]);
  await feed.kill();
});

test('told to stop, a feed puts aside all that it counted as unusable', async () => {
  const kept = async () => (await market.store.quarantine.list(10_000, { source: 'feed:m' })).items.length;
  const feed = await market.feed();
  const [before, keptBefore] = [await market.until({ state: 'live', holds: false }), await kept()];
  let isStopped = false;
  const sending = (async () => {
    for (let i = 0; !isStopped; i++) await market.move({ items: [{ sku: 'unreadable', price: `${i} or so` }] });
  })();
  await vi.waitFor(async () => expect((await market.view())?.quarantined).toBeGreaterThan(before.quarantined), {
    timeout: 30_000,
    interval: 25,
  });
  await feed.kill('SIGTERM');
  isStopped = true;
  await sending;
  const counted = ((await market.view())?.quarantined ?? 0) - before.quarantined;
  expect((await kept()) - keptBefore).toBeGreaterThanOrEqual(counted);
});
