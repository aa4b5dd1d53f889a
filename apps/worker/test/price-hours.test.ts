import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const HOUR_MS = 3_600_000;
const folder = mkdtempSync(path.join(tmpdir(), 'reprice-hours-'));
afterAll(() => rmSync(folder, { recursive: true }));

const clock = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);
const nowMs = Date.now();
const config = path.join(folder, 'reprice.config.ts');
const tenth = { inputUsdPerMTok: 0.028, cachedInputUsdPerMTok: 0.0028, outputUsdPerMTok: 0.042 };
const hours = { fromUtc: clock(nowMs - HOUR_MS), untilUtc: clock(nowMs + HOUR_MS) };
const list = { inputUsdPerMTok: 0.28, cachedInputUsdPerMTok: 0.028, outputUsdPerMTok: 0.42 };
const model = { ...list, windows: [{ ...hours, ...tenth }] };
writeFileSync(config, `export default { models: { 'deepseek-v3.2': ${JSON.stringify(model)} } };`);

describe('where the price changes by the hour', () => {
  it('calls are booked at what the gateway bills at that hour, and a batch that waits begins then and not before', async () => {
    const pool = await Pool.start({ REPRICE_CONFIG: config }, { REPRICE_CONFIG: config });
    await pool.worker();
    const startsAtMs = Date.now() + 3000;
    const batch = await pool.watch(await pool.submit(catalogue(50), { priority: 'low', startsAtMs }));
    expect(batch).toMatchObject({ priced: 50, failed: 0, calls: 2, startsAt: new Date(startsAtMs).toISOString() });
    const [first] = await pool.calls();
    expect(first?.arrivedAtMs).toBeGreaterThanOrEqual(startsAtMs);

    const billed = (await pool.ledger()).totalNanoUsd;
    expect(batch.costUsd).toBe((billed / 1e9).toString());
    // At the list price 50 SKUs cost 500,000 nano-dollars and more.
    expect(billed).toBeLessThan(120_000);
    const budget = await pool.store.admission.budget();
    expect(budget).toMatchObject({ spentNanoUsd: billed, reservedNanoUsd: 0 });
  });
});
