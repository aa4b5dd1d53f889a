import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { costNanoUsd, type ModelPrice, modelPrices } from '@reprice/gateway';
import { type Canary, isCanarySku, noCanary, parseUsd, rollBackCanary, usualTolerance } from '@reprice/pricing';
import type { RouteTallies } from '@reprice/store';
import type { AppProcess } from '@reprice/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue, Pool, type SeenCall } from './pool.ts';

const STABLE_MODEL = 'deepseek-v3.2';
const CANARY_MODEL = 'gpt-4.1-nano';
/** Three times the prices of stable. */
const PROVIDER = 'deepseek-v3.2@fireworks';
const providerOptions = { provider: { order: ['fireworks'], allow_fallbacks: false } };
const prices = { inputUsdPerMTok: 0.84, cachedInputUsdPerMTok: 0.084, outputUsdPerMTok: 1.26 };
const models = { [PROVIDER]: { as: STABLE_MODEL, ...prices, options: providerOptions } };
const config = path.join(tmpdir(), `canary-${process.pid}.config.ts`);
/** Its price alone is no reason to roll it back here. */
const tolerance = { ...usualTolerance, costPercent: 100_000 };

let pool: Pool;
let worker: AppProcess;
let first: Canary;
beforeAll(async () => {
  writeFileSync(config, `export default ${JSON.stringify({ models })};`);
  pool = await Pool.start({ WORKER_CONCURRENCY: '8', REPRICE_CONFIG: config }, { REPRICE_CONFIG: config });
  first = await setCanary({ minCalls: 10_000 });
  worker = await pool.worker();
});
afterAll(() => rmSync(config));

async function setCanary(more: Partial<Canary> = {}): Promise<Canary> {
  const { routes } = pool.store;
  const was = await routes.get();
  const canary: Canary = {
    ...noCanary,
    id: `canary${was.version}`,
    state: 'running',
    percent: 10,
    model: CANARY_MODEL,
    tolerance,
    minCalls: 50,
    sinceMs: Date.now(),
    ...more,
  };
  expect(await routes.change(was, canary)).toBe(true);
  return await routes.get();
}

/** Sets a canary, and waits until the worker judges it. */
async function knownCanary(more: Partial<Canary> = {}): Promise<Canary> {
  const canary = await setCanary(more);
  const judged = () => pool.connection.get(pool.store.keys.routeJudge());
  await until(judged, (version) => version === String(canary.version));
  return canary;
}

const skusOf = (snapshots: readonly { sku: string }[]) => snapshots.map(({ sku }) => sku);

/** Polls until it holds. */
async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, most = 60_000): Promise<T> {
  const end = performance.now() + most;
  for (;;) {
    const value = await read();
    if (holds(value) || performance.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

it('a share of the SKUs is answered by the canary, always the same, and each price tells its route', async () => {
  const canary = first;
  const snapshots = catalogue(1500);
  const skus = skusOf(snapshots);
  const chosen = new Set(skus.filter((sku) => isCanarySku(canary, sku)));
  expect(Math.abs(chosen.size / 15 - 10)).toBeLessThan(2);

  const id = await pool.submit(snapshots, { packSize: 5, routeOf: (sku) => (chosen.has(sku) ? 'canary' : 'stable') });
  expect(await pool.watch(id)).toMatchObject({ priced: 1500, failed: 0 });
  expect(await pool.callsByModel()).toEqual({
    [CANARY_MODEL]: Math.ceil(chosen.size / 5),
    [STABLE_MODEL]: Math.ceil((1500 - chosen.size) / 5),
  });
  // Packed in ignorance of the routes: the same SKUs, from packs cut in two.
  const again = await pool.submit(snapshots.slice(0, 500));
  expect(await pool.watch(again)).toMatchObject({ priced: 500, failed: 0 });

  const prices = await pool.prices(skus);
  const wrong = prices.filter(({ sku = '', route, model }) =>
    chosen.has(sku) ? route !== 'canary' || model !== CANARY_MODEL : route !== 'stable' || model !== STABLE_MODEL,
  );
  expect(wrong).toEqual([]);
  const rows = ({ canary: c, stable: s }: RouteTallies) => c.invalid.whole + s.invalid.whole;
  const life = await until(
    () => pool.store.routes.life(canary),
    (tallies) => rows(tallies) >= 2000,
  );
  expect(rows(life)).toBe(2000);
  expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
});

it('answers that come after the rollback are not published: their rows run again on stable', async () => {
  await pool.faults({ byModel: { [CANARY_MODEL]: { wait: {} } } });
  const canary = await knownCanary({ percent: 100, minCalls: 10_000 });
  const before = await pool.callsByModel();
  const snapshots = catalogue(40, {}, 'late');
  const id = await pool.submit(snapshots, { packSize: 5 });
  await until(
    () => pool.callsByModel(),
    (calls) => calls[CANARY_MODEL] === (before[CANARY_MODEL] ?? 0) + 8,
  );
  const change = rollBackCanary(canary, 'a test', { by: 'tester', nowMs: Date.now() });
  expect(change.ok && (await pool.store.routes.change(canary, change.canary))).toBe(true);
  await pool.faults({});

  expect(await pool.watch(id)).toMatchObject({ priced: 40, failed: 0, calls: 16 });
  const after = await pool.callsByModel();
  expect((after[STABLE_MODEL] ?? 0) - (before[STABLE_MODEL] ?? 0)).toBe(8);
  const prices = await pool.prices(skusOf(snapshots));
  expect(new Set(prices.map(({ route, revision }) => `${route} ${revision}`))).toEqual(new Set(['stable 1']));
  expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
});

it('a canary that the gateway refuses every call fails no SKU, and is rolled back', async () => {
  await pool.faults({ byModel: { [CANARY_MODEL]: { tooLong: {} } } });
  await knownCanary({ percent: 50, guidance: { balanced: 'Sell.' } });
  const id = await pool.submit(catalogue(400, {}, 'refused'), { packSize: 2 });
  expect(await pool.watch(id)).toMatchObject({ priced: 400, failed: 0 });
  const back = await until(
    () => pool.store.routes.get(),
    ({ state }) => state === 'rolled_back',
  );
  expect(back.reason).toMatch(/100\.0 % of its calls failed, 0\.0 % of stable's/);
});

it('a bad canary is rolled back after 50 to 200 calls, gets none after that, spoils no SKU, and stays away over restarts', async () => {
  const latency = { p50Ms: 80, p99Ms: 120 };
  await pool.faults({ latency, byModel: { [CANARY_MODEL]: { latency, absurd: { rowShare: 0.2 } } } });
  const canary = await knownCanary({ percent: 50 });
  const before = (await pool.callsByModel())[CANARY_MODEL] ?? 0;
  const snapshots = catalogue(900, {}, 'bad');
  const routeOf = (sku: string) => (isCanarySku(canary, sku) ? 'canary' : 'stable');
  const id = await pool.submit(snapshots, { packSize: 2, routeOf });

  const back = await until(
    () => pool.store.routes.get(),
    ({ state }) => state === 'rolled_back',
  );
  expect(back).toMatchObject({ state: 'rolled_back', percent: 0, by: 'judge', id: canary.id });
  expect(back.reason).toMatch(/of its rows had no valid answer/);
  expect(Math.abs(back.cooldownUntilMs - Date.now() - 15 * 60_000)).toBeLessThan(60_000);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await pool.faults({ latency: { p50Ms: 10, p99Ms: 10 } });
  const calls = (await pool.callsByModel())[CANARY_MODEL] ?? 0;
  expect(calls - before).toBeGreaterThanOrEqual(50);
  expect(calls - before).toBeLessThanOrEqual(200);

  await worker.kill();
  await pool.worker();
  expect(await pool.watch(id)).toMatchObject({ priced: 900, failed: 0 });
  expect((await pool.callsByModel())[CANARY_MODEL]).toBe(calls);
  expect(await pool.store.routes.get()).toEqual(back);
  await pool.expectEachOnce(id, skusOf(snapshots));
});

it('a canary by provider: the same model is asked for with what chooses the provider, and booked at its own price and name', async () => {
  await pool.faults({});
  const canary = await knownCanary({ model: PROVIDER, percent: 50, minCalls: 10_000 });
  const before = await pool.callsByModel();
  const snapshots = catalogue(100, {}, 'provider');
  const routeOf = (sku: string) => (isCanarySku(canary, sku) ? 'canary' : 'stable');
  const id = await pool.submit(snapshots, { packSize: 5, routeOf });
  expect(await pool.watch(id)).toMatchObject({ priced: 100, failed: 0 });

  const published = await pool.prices(skusOf(snapshots));
  const modelOf = { canary: PROVIDER, stable: STABLE_MODEL };
  expect(published.map(({ sku = '', route, model }) => [sku, route, model])).toEqual(
    skusOf(snapshots).map((sku) => [sku, routeOf(sku), modelOf[routeOf(sku)]]),
  );
  const chosen = published.filter(({ route }) => route === 'canary');
  const isOfProvider = ({ options = {} }: SeenCall) => 'provider' in options;
  const all = (await pool.calls()).slice(-Math.ceil(chosen.length / 5) - Math.ceil((100 - chosen.length) / 5));
  const calls = all.filter(isOfProvider);
  expect(calls.map(({ model, options }) => ({ model, options }))).toEqual(
    Array(Math.ceil(chosen.length / 5)).fill({ model: STABLE_MODEL, options: providerOptions }),
  );
  const stableCalls = Math.ceil((100 - chosen.length) / 5);
  expect(await pool.callsByModel()).toEqual({
    ...before,
    [STABLE_MODEL]: (before[STABLE_MODEL] ?? 0) + calls.length + stableCalls,
  });
  // What the gateway bills is what is booked, and both routes beside each other tell what the provider costs more.
  const billed = (of: readonly SeenCall[]) => of.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
  const booked = chosen.reduce((sum, { costUsd }) => sum + (parseUsd(costUsd ?? '') ?? Number.NaN), 0);
  expect(booked).toBe(billed(calls));
  const atStablePrices = calls.reduce(
    (sum, call) => sum + costNanoUsd(modelPrices[STABLE_MODEL] as ModelPrice, call),
    0,
  );
  expect(booked).toBe(3 * atStablePrices);
  const rows = ({ canary: c, stable: s }: RouteTallies) => c.invalid.whole + s.invalid.whole;
  const life = await until(
    () => pool.store.routes.life(canary),
    (tallies) => rows(tallies) >= 100,
  );
  const microUsd = (of: readonly SeenCall[]) => of.reduce((sum, call) => sum + Math.round(call.costNanoUsd / 1000), 0);
  const stableCallsSeen = all.filter((call) => !isOfProvider(call));
  expect([life.canary.cost.part, life.stable.cost.part]).toEqual([microUsd(calls), microUsd(stableCallsSeen)]);
  const { spentNanoUsd, reservedNanoUsd } = await pool.store.admission.budget();
  expect([spentNanoUsd, reservedNanoUsd]).toEqual([(await pool.ledger()).totalNanoUsd, 0]);
});
