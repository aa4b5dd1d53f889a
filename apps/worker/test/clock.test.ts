import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

/** The budget day of the pool is at noon: a worker so far off is in tomorrow or yesterday. */
const OFF_MS = 13 * 3_600_000;
const RETRY_AFTER_MS = 3000;
const shifted = (ms: number) => ({
  NODE_OPTIONS: `--import=${pathToFileURL(`${import.meta.dirname}/shifted-clock.ts`)}`,
  CLOCK_SHIFT_MS: String(ms),
});

const OF_TWO = { WORKER_CONCURRENCY: '2' };

describe.each([
  ['13 hours ahead', OFF_MS],
  ['13 hours behind', -OFF_MS],
])('a worker whose clock is %s, beside one whose clock is right', (_, shiftMs) => {
  it('retries after the backoff, neither at once nor in hours, and counts on the day of Redis', async () => {
    const pool = await Pool.start();
    const [worker] = await Promise.all([pool.worker({ ...shifted(shiftMs), ...OF_TWO }), pool.worker(OF_TWO)]);
    const warning = await worker.logged((line) => line.offsetMs !== undefined);
    expect(warning).toMatchObject({ level: 'warn', msg: expect.stringContaining('clock differs') });
    expect(Math.abs(Number(warning.offsetMs) + shiftMs)).toBeLessThan(1000);

    await pool.faults({
      latency: { p50Ms: 500, p99Ms: 501 }, // so that each worker takes two of the four packs
      status5xx: { times: 4 },
      rateLimitHeaders: { times: 4, headers: { 'Retry-After': String(RETRY_AFTER_MS / 1000) } },
    });
    const id = await pool.submit(catalogue(100));
    expect(await pool.watch(id)).toMatchObject({ priced: 100, failed: 0 });
    const at = (await pool.calls()).map((call) => call.arrivedAtMs);
    expect(at).toHaveLength(8);
    const [refused, tried] = [at.slice(0, 4), at.slice(4)];
    expect(Math.min(...tried) - Math.max(...refused)).toBeGreaterThan(RETRY_AFTER_MS - 500);
    expect(Math.max(...tried) - Math.max(...refused)).toBeLessThan(RETRY_AFTER_MS + 60_000);
    const budget = await pool.store.admission.budget();
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: pool.env.BUDGET_TIMEZONE as string }).format();
    expect(budget).toMatchObject({ date: today, reservedNanoUsd: 0 });
    expect(budget.spentNanoUsd).toBeGreaterThanOrEqual((await pool.ledger()).totalNanoUsd);
    for await (const page of pool.store.batches.results(id))
      for (const price of page) expect(Math.abs(Date.parse(price.pricedAt) - Date.now())).toBeLessThan(60_000);
  });
});
