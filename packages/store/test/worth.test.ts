import { expect, it } from 'vitest';
import { CountsInMemory, sumWorth, type WorthLine } from '../src/index.ts';
import { freshStore } from './fixture.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 30, 20);
const DAY = 24 * 3_600_000;

const line = (more: Partial<WorthLine> = {}): WorthLine => ({
  strategy: 'balanced',
  model: 'a"b,\t]',
  calls: 1,
  costNanoUsd: 700,
  rows: 25,
  differing: 3,
  absoluteBp: 900,
  signedBp: -300,
  timesStockMinor: new Map([['EUR', -12_345]]),
  ...more,
});

function counted(...lines: WorthLine[]): CountsInMemory {
  const counts = new CountsInMemory();
  for (const each of lines) counts.worth(each);
  return counts;
}

it('adds up by day, strategy and model, and a flush that is sent twice counts once', async () => {
  const { store, redis } = freshStore();
  const other = { strategy: 'premium', model: 'm', timesStockMinor: new Map([['JPY', 5]]) };
  const flush = store.stats.seal(counted(line(), line({ calls: 0, costNanoUsd: 0 }), line(other)), [], NOW);
  await store.stats.add(flush);
  await store.stats.add(flush);
  await store.stats.add(store.stats.seal(counted(line()), [], NOW - DAY));
  const [before, yesterday, today] = await store.worth.days(3, NOW);
  expect(before).toEqual({ date: '2026-11-19', lines: [] });
  expect(yesterday).toEqual({ date: '2026-11-20', lines: [line()] });
  const doubled = {
    rows: 50,
    differing: 6,
    absoluteBp: 1800,
    signedBp: -600,
    timesStockMinor: new Map([['EUR', -24_690]]),
  };
  const sorted = today?.lines.toSorted((a, b) => (a.strategy < b.strategy ? -1 : 1));
  expect(sorted).toEqual([line(doubled), line(other)]);
  expect(sumWorth([...(yesterday?.lines ?? []), ...(today?.lines ?? [])])).toMatchObject({
    calls: 3,
    rows: 100,
    signedBp: -1200,
    timesStockMinor: new Map([
      ['EUR', -37_035],
      ['JPY', 5],
    ]),
  });
  const ttl = await redis.ttl(store.keys.worth('2026-11-21'));
  expect(ttl).toBeGreaterThan(99 * 86_400);
});

it('a sum beyond 64 bits neither breaks the flush nor the other sums', async () => {
  const { store, redis } = freshStore();
  const field = JSON.stringify(['balanced', 'a"b,\t]', 'timesStockMinor', 'EUR']);
  await redis.hset(store.keys.worth('2026-11-21'), field, String(-(2n ** 63n) + 1n));
  await store.stats.add(store.stats.seal(counted(line()), [], NOW));
  const [today] = await store.worth.days(1, NOW);
  expect(today?.lines[0]).toMatchObject({ rows: 25, costNanoUsd: 700 });
});
