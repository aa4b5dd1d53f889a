import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  answererOf,
  builtInStrategies,
  noCanary,
  parseUsd,
  type Snapshot,
  strategySchema,
  usualTolerance,
} from '@reprice/pricing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const SMALL = 'deepseek-v3.2';
const LARGE = 'gpt-4.1';
const CANARY = 'gpt-4.1-nano';
const tiers = {
  rules: { belowValue: '20' },
  large: { model: LARGE, fromValue: '5000', unsure: { belowConfidence: 0.75, fromValue: '500' } },
};
const config = path.join(tmpdir(), `tiers-${process.pid}.config.ts`);
const stated = { balanced: { tiers }, premium: { providerOptions: { role_override: 'pricing analyst', seed: 7 } } };
const strategies = {
  ...builtInStrategies,
  balanced: strategySchema.parse({ ...builtInStrategies.balanced, tiers }),
};

/** By the tests before the last: 40 and 6 by value, 60 where some went on, 20, 30 and 10, and twice 2 of an API. */
const PUBLISHED_BY_MODELS = 40 + 6 + 60 + 20 + 30 + 10 + 4;

let pool: Pool;
beforeAll(async () => {
  writeFileSync(config, `export default ${JSON.stringify({ strategies: stated })};`);
  pool = await Pool.start({ REPRICE_CONFIG: config });
  await pool.worker();
});
afterAll(() => rmSync(config));

/** Prices between 10 and 100 euros, of which so many are in stock, with a competitor somewhat above. */
const stocked = (count: number, stock: number, name: string): Snapshot[] =>
  catalogue(count, { stock }, name).map((row) => ({ ...row, competitorsMinor: [Math.round(row.priceMinor * 1.1)] }));

/** Submits as the API does, packed by who would answer. */
async function submit(snapshots: readonly Snapshot[], packSize = 5): Promise<string> {
  const bySku = new Map(snapshots.map((snapshot) => [snapshot.sku, snapshot]));
  const routeOf = (sku: string) => answererOf(strategies, bySku.get(sku) as Snapshot);
  return await pool.submit(snapshots, { packSize, routeOf });
}

/** Calls since then, by model. */
async function callsSince(before: Record<string, number>): Promise<Record<string, number>> {
  const after = await pool.callsByModel();
  const models = Object.keys(after).filter((model) => after[model] !== before[model]);
  return Object.fromEntries(models.map((model) => [model, (after[model] ?? 0) - (before[model] ?? 0)]));
}

async function expectLedgerAgrees(): Promise<void> {
  expect((await pool.store.admission.budget()).spentNanoUsd).toBe((await pool.ledger()).totalNanoUsd);
}

it('the value at stake decides who prices: no call for the cheap, the large model for the dear, packed apart at the door', async () => {
  const before = await pool.callsByModel();
  const cheap = catalogue(20, { priceMinor: 1500, referenceMinor: 1500 }, 'cheap');
  const usual = stocked(20, 4, 'usual');
  const dear = stocked(20, 1000, 'dear');
  const id = await submit(
    [...cheap, ...usual, ...dear].toSorted((a, b) => (a.sku.slice(-1) < b.sku.slice(-1) ? -1 : 1)),
  );
  expect(await pool.watch(id)).toMatchObject({ priced: 60, failed: 0, calls: 8 });
  expect(await callsSince(before)).toEqual({ [SMALL]: 4, [LARGE]: 4 });

  const byName = async (rows: readonly Snapshot[]) => {
    const prices = await pool.prices(rows.map(({ sku }) => sku));
    return new Set(
      prices.map(({ source, model, costUsd }) => `${source} ${model ?? ''} ${parseUsd(costUsd ?? '') === 0}`),
    );
  };
  expect(await byName(cheap)).toEqual(new Set(['rules  true']));
  expect(await byName(usual)).toEqual(new Set([`model ${SMALL} false`]));
  expect(await byName(dear)).toEqual(new Set([`model ${LARGE} false`]));
  await expectLedgerAgrees();
});

it('a pack of several tiers is priced whole: the cheap at once, the dear in a job of their own', async () => {
  const before = await pool.callsByModel();
  const mixed = [
    ...stocked(3, 1000, 'm-dear'),
    ...stocked(3, 2, 'm-usual'),
    ...catalogue(3, { priceMinor: 900, referenceMinor: 900 }, 'm-cheap'),
  ];
  const id = await pool.submit(mixed, { packSize: 9 });
  expect(await pool.watch(id)).toMatchObject({ priced: 9, failed: 0, calls: 2 });
  expect(await callsSince(before)).toEqual({ [SMALL]: 1, [LARGE]: 1 });
  await pool.expectEachOnce(
    id,
    mixed.map(({ sku }) => sku),
  );
  await expectLedgerAgrees();
});

it('what the small model is not sure of goes on to the large one where it is worth it: published once, both calls paid for', async () => {
  const before = await pool.callsByModel();
  const doubtful = stocked(60, 50, 'doubt');
  const id = await submit(doubtful, 10);
  const batch = await pool.watch(id);
  expect(batch).toMatchObject({ priced: 60, failed: 0 });
  const prices = await pool.prices(doubtful.map(({ sku }) => sku));
  const large = prices.filter(({ model }) => model === LARGE);
  expect(large.length).toBeGreaterThan(10);
  expect(large.length).toBeLessThan(50);
  expect(new Set(prices.map(({ revision }) => revision))).toEqual(new Set(['1']));
  // Nothing that the small model said with less confidence was published.
  for (const { model, confidence } of prices)
    if (model === SMALL) expect(Number(confidence)).toBeGreaterThanOrEqual(0.75);
  const calls = await callsSince(before);
  expect(calls[SMALL]).toBe(6);
  expect(calls[LARGE]).toBeLessThanOrEqual(6);
  const ofRows = prices.reduce((sum, { costUsd }) => sum + (parseUsd(costUsd ?? '') ?? Number.NaN), 0);
  expect(ofRows).toBe(parseUsd(batch.costUsd));
  await expectLedgerAgrees();

  const went = large[0]?.sku ?? '';
  const story = await pool.store.history.story(went);
  expect(story?.tier).toMatchObject({ name: 'large', policy: tiers, unsure: { model: SMALL } });
  expect(story?.tier?.unsure?.confidence).toBeLessThan(0.75);
  const stayed = prices.find(({ model }) => model === SMALL)?.sku ?? '';
  expect((await pool.store.history.story(stayed))?.tier).toEqual({ name: 'small', policy: tiers });
});

it('a large model that has no price for them fails no SKU: the small one answers, however sure', async () => {
  await pool.faults({ byModel: { [LARGE]: { missingRows: { rowShare: 1 } } } });
  const rows = stocked(20, 50, 'back');
  const id = await submit(rows, 10);
  expect(await pool.watch(id)).toMatchObject({ priced: 20, failed: 0 });
  const prices = await pool.prices(rows.map(({ sku }) => sku));
  expect(new Set(prices.map(({ model, revision }) => `${model} ${revision}`))).toEqual(new Set([`${SMALL} 1`]));
  const unsure = prices.filter(({ confidence }) => Number(confidence) < 0.75);
  expect(unsure.length).toBeGreaterThan(0);
  expect((await pool.store.history.story(unsure[0]?.sku ?? ''))?.tier).toMatchObject({
    name: 'small',
    unsure: { model: SMALL },
  });
  await expectLedgerAgrees();
  await pool.faults({});
});

it('an answer that is cut off is asked again as a whole, and what is unsure still goes on once', async () => {
  await pool.faults({ byModel: { [SMALL]: { cutStream: { times: 2 } } } });
  const before = await pool.callsByModel();
  const rows = stocked(30, 50, 'cut');
  const id = await submit(rows, 30);
  expect(await pool.watch(id)).toMatchObject({ priced: 30, failed: 0 });
  await pool.expectEachOnce(
    id,
    rows.map(({ sku }) => sku),
  );
  expect(await callsSince(before)).toEqual({ [SMALL]: 3, [LARGE]: 1 });
  await pool.faults({});
});

it('options are sent, and a gateway that does not take one is told of by its name, after one call a pack', async () => {
  await pool.faults({ unknownParameter: { name: 'role_override' } });
  const id = await pool.submit(catalogue(10, { strategy: 'premium' }, 'options'), { packSize: 10 });
  expect(await pool.watch(id)).toMatchObject({ priced: 0, failed: 10, calls: 1 });
  const [failure] = await pool.failures(id);
  expect(failure).toMatchObject({
    reason: 'option_refused',
    detail: expect.stringMatching(
      /does not take the option "role_override": status 400: .*Take it out of reprice\.config\.ts/,
    ),
  });
  await pool.faults({});
  const again = await pool.submit(catalogue(10, { strategy: 'premium' }, 'options'), { packSize: 10 });
  expect(await pool.watch(again)).toMatchObject({ priced: 10, failed: 0 });
});

it('the small door and observations know the tiers too, and why says which and because of what', async () => {
  const { process: api, post } = await pool.api();
  const get = async (route: string) => {
    const response = await fetch(new URL(route, api.url), { headers: { authorization: 'Bearer secret-of-the-test' } });
    return (await response.json()) as Record<string, unknown>;
  };
  const usual = { currency: 'EUR', competitors: ['11.00'] };
  const items = [
    { sku: 'd-cheap', price: '10.00', stock: 1, ...usual },
    { sku: 'd-usual', price: '10.00', stock: 20, ...usual },
    { sku: 'd-dear', price: '10.00', stock: 900, ...usual },
  ];
  const done = (await (await post('/v1/jobs?wait=60', { priority: 'high', items })).json()) as {
    items: { source: string; model?: string }[];
  };
  const answers = (prices: readonly { source?: string; model?: string }[]) =>
    prices.map(({ source, model }) => `${source} ${model ?? ''}`);
  expect(answers(done.items)).toEqual(['rules ', `model ${SMALL}`, `model ${LARGE}`]);

  // By what they are worth now: each has become another's.
  await post('/v1/observations', {
    items: [
      { sku: 'd-cheap', stock: 900 },
      { sku: 'd-usual', stock: 0 },
      { sku: 'd-dear', stock: 20 },
    ],
  });
  const skus = items.map(({ sku }) => sku);
  let prices = await pool.prices(skus);
  while (prices.some(({ revision }) => revision !== '2')) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    prices = await pool.prices(skus);
  }
  expect(answers(prices)).toEqual([`model ${LARGE}`, 'rules ', `model ${SMALL}`]);
  const tierOf = async (sku: string) => (await get(`/v1/prices/${sku}/why`)).tier;
  expect(await tierOf('d-cheap')).toEqual({
    name: 'large',
    valueAtStake: '9000.00',
    because: '9000.00 EUR is at stake, at least 5000: the large model is asked at once.',
  });
  expect(await tierOf('d-usual')).toMatchObject({ name: 'rules', valueAtStake: '10.00' });
  const worth = await get('/v1/worth?days=1');
  expect(worth).toMatchObject({ total: { timesStock: {} }, note: expect.stringContaining('no gain') });
});

it('the ledger of worth tells what the models were paid and how far they lie from the rules engine, and nothing of a dry run', async () => {
  const dry = await pool.submit(stocked(5, 4, 'dry'), { mode: 'dry-run' });
  expect(await pool.watch(dry)).toMatchObject({ priced: 5 });
  const costOfDry = parseUsd((await pool.store.batches.get(dry))?.costUsd ?? '') ?? Number.NaN;
  const count = async () => (await pool.store.worth.days(2, Date.now())).flatMap(({ lines }) => lines);
  const before = await pool.store.admission.budget();
  // Counts are added once a second.
  let lines = await count();
  const costOf = () => lines.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
  while (costOf() < before.spentNanoUsd - costOfDry) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    lines = await count();
  }
  expect(costOf()).toBe(before.spentNanoUsd - costOfDry);
  const of = (model: string) => lines.find((line) => line.strategy === 'balanced' && line.model === model);
  // Of all tests before: what they published of each model, and none that the rules engine priced.
  for (const model of [SMALL, LARGE]) {
    const { rows = 0, differing = 0, absoluteBp = 0, timesStockMinor } = of(model) ?? {};
    expect(differing).toBeGreaterThan(0);
    expect(differing).toBeLessThanOrEqual(rows);
    expect(absoluteBp).toBeGreaterThan(0);
    expect([...(timesStockMinor ?? new Map()).keys()]).toEqual(['EUR']);
  }
  const published = lines.reduce((sum, { rows }) => sum + rows, 0);
  expect(published).toBe(PUBLISHED_BY_MODELS);
});

it('where the money of the day is enough for the small model alone, its answer is taken', async () => {
  const { admission } = pool.store;
  const { spentNanoUsd, limitNanoUsd } = await admission.budget();
  // Enough for some calls of the small model, a third of one of the large.
  await admission.setDailyLimit(Math.ceil((spentNanoUsd + 1_000_000) / 0.85));
  const rows = stocked(10, 50, 'poor');
  const id = await submit(rows, 10);
  expect(await pool.watch(id)).toMatchObject({ priced: 10, failed: 0, calls: 2 });
  const prices = await pool.prices(rows.map(({ sku }) => sku));
  expect(new Set(prices.map(({ model }) => model))).toEqual(new Set([SMALL]));
  await admission.setDailyLimit(limitNanoUsd);
});

it('a canary stands in for the small model alone, and what it is not sure of goes on like any other', async () => {
  const { routes } = pool.store;
  const was = await routes.get();
  const canary = { ...noCanary, id: 'c1', state: 'running' as const, percent: 100, model: CANARY, sinceMs: Date.now() };
  const tolerance = { ...usualTolerance, costPercent: 100_000 };
  expect(await routes.change(was, { ...canary, tolerance, minCalls: 10_000 })).toBe(true);
  const knows = async () => (await pool.connection.get(pool.store.keys.routeJudge())) !== null;
  while (!(await knows())) await new Promise((resolve) => setTimeout(resolve, 25));
  const rows = [...stocked(20, 4, 'c-usual'), ...stocked(20, 1000, 'c-dear'), ...stocked(20, 50, 'c-doubt')];
  const id = await submit(rows, 10);
  expect(await pool.watch(id)).toMatchObject({ priced: 60, failed: 0 });
  const modelsOf = async (name: string) => {
    const prices = await pool.prices(rows.map(({ sku }) => sku).filter((sku) => sku.startsWith(name)));
    return new Set(prices.map(({ model, route }) => `${model} ${route}`));
  };
  expect(await modelsOf('c-usual')).toEqual(new Set([`${CANARY} canary`]));
  expect(await modelsOf('c-dear')).toEqual(new Set([`${LARGE} stable`]));
  expect(await modelsOf('c-doubt')).toEqual(new Set([`${CANARY} canary`, `${LARGE} stable`]));
});
