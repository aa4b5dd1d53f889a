import { beforeAll, expect, test } from 'vitest';
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
  await market.feed();
  const after = await market.until({ state: 'live', holds: false });
  await market.untilTrue();
  // What was missed came from the pages of events, not from all SKUs anew.
  expect(after).toMatchObject({ snapshots: 1, gaps: 0, events: before.events, quarantined: 0 });
});
