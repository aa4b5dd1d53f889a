import { percentile, sumCounts } from '@reprice/store';
import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const minutesOf = async (pool: Pool) => sumCounts(await pool.store.stats.minutes(5, await pool.store.stats.nowMs()));

it('what two workers did is in the stats, to the last row, call and nano-dollar, also when they are stopped at once', async () => {
  const pool = await Pool.start();
  await pool.faults({ missingRows: { rowShare: 0.2, times: 10 } });
  const snapshots = catalogue(3000).map((snapshot, i) => ({
    ...snapshot,
    competitorsMinor: [Math.round(snapshot.priceMinor * (0.7 + (i % 600) / 1000))],
  }));
  const workers = await Promise.all([pool.worker(), pool.worker()]);
  const batch = await pool.watch(await pool.submit(snapshots));
  await Promise.all(workers.map((worker) => worker.kill()));

  const ledger = await pool.ledger();
  const stats = await minutesOf(pool);
  expect(stats).toMatchObject({
    priced: batch.priced,
    failed: batch.failed,
    tokens: batch.tokens,
    costNanoUsd: ledger.totalNanoUsd,
  });
  expect(Object.fromEntries(stats.calls)).toEqual({ complete: ledger.calls });
  expect(percentile(stats.latency, 1)).toBeGreaterThan(0);
  expect([...stats.wait.values()].reduce((sum, n) => sum + n, 0)).toBe(batch.calls);

  const { process: api } = await pool.api();
  const response = await fetch(new URL('/v1/stats', api.url), {
    headers: { authorization: 'Bearer secret-of-the-test' },
  });
  expect(await response.json()).toMatchObject({
    priced: batch.priced,
    tokens: batch.tokens,
    costUsd: batch.costUsd,
    gateway: { calls: { complete: ledger.calls } },
    workers: [],
  });

  const results = [];
  for await (const page of pool.store.batches.results(batch.id)) results.push(...page);
  const moved = results.flatMap((price) => price.guardrails);
  const byName = Object.fromEntries(
    Object.entries(Object.groupBy(moved, (name) => name)).map(([n, all]) => [n, all?.length]),
  );
  expect(Object.fromEntries(stats.guardrails)).toEqual(byName);

  const top = await pool.store.stats.topChanges(await pool.store.stats.nowMs());
  const sizes = results.map((price) => Math.abs(price.changePercent ?? 0)).sort((a, b) => b - a);
  expect(sizes[19]).toBeGreaterThan(0);
  expect(top.map((change) => Math.abs(change.changePercent))).toEqual(sizes.slice(0, 20));
  for (const change of top) expect(results.find((price) => price.sku === change.sku)).toMatchObject(change);
});
