import { type Canary, isCanarySku, noCanary, type Snapshot } from '@reprice/pricing';
import type { ShadowFigures } from '@reprice/store';
import type { AppProcess } from '@reprice/testkit';
import { beforeAll, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const STABLE_MODEL = 'deepseek-v3.2';
const SHADOW_MODEL = 'gpt-4.1-nano';

let pool: Pool;
let worker: AppProcess;
let shadow: Canary;
beforeAll(async () => {
  // A fifth of these may be calls of the shadow: none is skipped for being too many.
  pool = await Pool.start({ WORKER_CONCURRENCY: '100' });
  shadow = await setShadow({ percent: 40 });
  worker = await pool.worker();
});

async function setShadow(more: Partial<Canary> = {}): Promise<Canary> {
  const { routes } = pool.store;
  const was = await routes.get();
  const next: Canary = {
    ...noCanary,
    id: `shadow${was.version}`,
    state: 'running',
    mode: 'shadow',
    percent: 100,
    model: SHADOW_MODEL,
    sinceMs: Date.now(),
    ...more,
  };
  expect(await routes.change(was, next)).toBe(true);
  return await routes.get();
}

/** Polls until it holds. */
async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean, most = 20_000): Promise<T> {
  const end = performance.now() + most;
  for (;;) {
    const value = await read();
    if (holds(value) || performance.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function expectPaidAsBilled(): Promise<void> {
  const budget = await until(
    () => pool.store.admission.budget(),
    ({ reservedNanoUsd }) => reservedNanoUsd === 0,
  );
  const { totalNanoUsd } = await pool.ledger();
  expect(budget).toMatchObject({ reservedNanoUsd: 0, spentNanoUsd: totalNanoUsd });
}

const callsOf = async (model: string) => (await pool.callsByModel())[model] ?? 0;
const skippedPacks = (skipped: ShadowFigures['skipped']) =>
  ((skipped.get('busy') ?? 0) + (skipped.get('redis') ?? 0)) / 5;
/** SKUs that were skipped because this machine paused: a slot that went by is not asked for again, and for a second no other. */
const pausedOf = async (id: string) => (await pool.store.shadows.read(id)).skipped.get('redis') ?? 0;
const skippedOf = async (id: string) => Object.fromEntries((await pool.store.shadows.read(id)).skipped);
/** Submits packs of five until the shadow was asked for some of them, and each was asked for or skipped; how many calls came to the gateway. */
async function untilAsked({ id }: Canary, name: string): Promise<number> {
  const [before, pausedBefore] = [await callsOf(SHADOW_MODEL), await pausedOf(id)];
  for (let packs = 5; ; packs += 5) {
    const batch = await pool.submit(catalogue(25, {}, `${name}${packs}`), { packSize: 5 });
    expect(await pool.watch(batch)).toMatchObject({ priced: 25 });
    const [arrived] = await until(
      async () => [(await callsOf(SHADOW_MODEL)) - before, (await pausedOf(id)) - pausedBefore] as const,
      ([calls, paused]) => calls + paused / 5 === packs,
    );
    if (arrived > 0) return arrived;
  }
}
/** Packs as the door packs while the first shadow runs. */
const packed = () => ({
  packSize: 5,
  routeOf: (sku: string) => (isCanarySku(shadow, sku) ? 'shadow' : 'stable'),
});
const chosenOf = <T extends { sku: string }>(snapshots: readonly T[]) =>
  snapshots.filter(({ sku }) => isCanarySku(shadow, sku));

it('the report finds exactly the prices that the shadow would have made 3 % higher, and none of them goes live', async () => {
  await pool.faults({ byModel: { [SHADOW_MODEL]: { shifted: { percent: 3, rows: [1, 4] } } } });
  const snapshots: Snapshot[] = [];
  const chosen: Snapshot[] = [];
  const ids: string[] = [];
  let report: ShadowFigures;
  let paused = 0;
  do {
    const part = catalogue(140, {}, `report${ids.length}`);
    const mine = chosenOf(part);
    chosen.push(...mine.splice(0, mine.length - (mine.length % 5)));
    const some = part.filter((snapshot) => !mine.includes(snapshot));
    snapshots.push(...some);
    const id = await pool.submit(some, packed());
    ids.push(id);
    expect(await pool.watch(id)).toMatchObject({ priced: some.length, failed: 0 });
    [report, paused] = await until(
      async () => [await pool.store.shadows.read(shadow.id), await pausedOf(shadow.id)] as const,
      ([{ shadow: asked }, skipped]) => asked.invalid.whole + skipped >= chosen.length,
    );
  } while (report.shadow.calls < 10);
  const calls = (chosen.length - paused) / 5;
  for (const tally of [report.stable, report.shadow])
    expect(tally).toMatchObject({ calls, errors: 0, answers: calls, invalid: { part: 0, whole: 5 * calls } });

  // The rows 1 and 4 of each call, which asks for five of them.
  const moved = chosen.filter((_, i) => i % 5 === 0 || i % 5 === 3);
  const steps = [...report.steps];
  expect(report.steps.get(0)).toBe(3 * calls);
  expect(steps.reduce((sum, [step, count]) => (step === 0 ? sum : sum + count), 0)).toBe(2 * calls);
  // Half a cent of the cheapest price is 0.05 % of it.
  expect(steps.filter(([step]) => step !== 0 && (step < 295 || step > 306))).toEqual([]);
  expect(report.worst).toHaveLength(20);
  const movedBySku = new Map(moved.map((snapshot) => [snapshot.sku, snapshot]));
  for (const { sku, stable, shadow: price } of report.worst) {
    const minor = movedBySku.get(sku)?.priceMinor ?? 0;
    expect([sku, stable, price]).toEqual([
      sku,
      (minor / 100).toFixed(2),
      (Number(((minor / 100) * 1.03).toFixed(2)) || 0).toFixed(2),
    ]);
  }

  const prices = await pool.prices(snapshots.map(({ sku }) => sku));
  const wrong = prices.filter(
    ({ route, model, revision }) => route !== 'stable' || model !== STABLE_MODEL || revision !== '1',
  );
  expect(wrong).toEqual([]);
  expect(prices.map(({ price }) => price)).toEqual(snapshots.map(({ priceMinor }) => (priceMinor / 100).toFixed(2)));
  const batches = await Promise.all(ids.map((id) => pool.store.batches.get(id)));
  const callsOfBatches = batches.reduce((sum, batch) => sum + (batch?.calls ?? 0), 0);
  expect(await pool.callsByModel()).toEqual({ [SHADOW_MODEL]: calls, [STABLE_MODEL]: callsOfBatches - calls });
  // What it did as a shadow is none of the judge's affair.
  const { canary } = await pool.store.routes.life(shadow);
  expect(canary.calls).toBe(0);
  await expectPaidAsBilled();
  for (const [part, id] of ids.entries())
    await pool.expectEachOnce(
      id,
      snapshots.map(({ sku }) => sku).filter((sku) => sku.startsWith(`report${part}-`)),
    );
});

it('is not asked after the low share of the budget is used up, or while the minute is full', async () => {
  await pool.faults({});
  const before = await callsOf(SHADOW_MODEL);
  const { spentNanoUsd, limitNanoUsd } = await pool.store.admission.budget();
  // Of the day, low-priority money may use 70 %, critical all.
  await pool.store.admission.setDailyLimit(Math.floor(spentNanoUsd * 1.4));
  const poor = chosenOf(catalogue(20, {}, 'poor'));
  const id = await pool.submit(poor, { packSize: poor.length, priority: 'critical' });
  expect(await pool.watch(id)).toMatchObject({ priced: poor.length, calls: 1 });
  const skipped = await until(
    () => skippedOf(shadow.id),
    ({ budget }) => budget !== undefined,
  );
  expect(skipped.budget).toBe(poor.length);
  await pool.store.admission.setDailyLimit(limitNanoUsd);
  // Refused, it asks again no sooner than a second later.
  await new Promise((resolve) => setTimeout(resolve, 1000));

  // Six a minute let one call go at once, and the next ten seconds later.
  await pool.store.admission.setLimits({ rpm: 6 });
  await pool.connection.del(pool.store.keys.rate());
  const full = chosenOf(catalogue(20, {}, 'full'));
  const limited = await pool.submit(full, { packSize: full.length });
  expect(await pool.watch(limited)).toMatchObject({ priced: full.length, calls: 1 });
  const also = await until(
    () => skippedOf(shadow.id),
    ({ rate }) => rate !== undefined,
  );
  expect(also).toEqual({ ...skipped, rate: full.length });
  await pool.store.admission.setLimits({ rpm: 0 });

  expect(await callsOf(SHADOW_MODEL)).toBe(before);
  await expectPaidAsBilled();
});

it('answers of a shadow that was ended are recorded nowhere, and those under way at a shutdown are', async () => {
  await worker.kill();
  await pool.faults({ byModel: { [SHADOW_MODEL]: { wait: {} } } });
  const ended = await setShadow();
  worker = await pool.worker();
  const before = await callsOf(SHADOW_MODEL);
  const arrived = await untilAsked(ended, 'ended');
  const next = await setShadow();
  await pool.faults({});
  await expectPaidAsBilled();
  expect(await callsOf(SHADOW_MODEL)).toBe(before + arrived);
  for (const { id } of [ended, next]) {
    const { shadow: asked, steps, worst } = await pool.store.shadows.read(id);
    expect([asked.calls, steps.size, worst]).toEqual([0, 0, []]);
  }

  await pool.faults({ byModel: { [SHADOW_MODEL]: { unauthorized: {} } } });
  const refused = async () => Object.values((await pool.ledger()).byKey).reduce((sum, key) => sum + key.refused, 0);
  // Until the worker asks it, nothing is refused.
  for (let part = 0; (await refused()) === 0; part++)
    await pool.watch(await pool.submit(catalogue(5, {}, `refused${part}`)));
  expect(await pool.watch(await pool.submit(catalogue(5, {}, 'after')))).toMatchObject({ priced: 5, failed: 0 });
  expect(await refused()).toBe(1);
  expect((await pool.store.gatewayKeys.read()).states).toEqual([]);
  await pool.faults({ byModel: { [SHADOW_MODEL]: { wait: {} } } });
  await worker.kill();
  worker = await pool.worker();
  const last = await untilAsked(next, 'last');
  const leaves = worker.kill();
  await worker.logged((line) => String(line.msg).includes('taking no more packs'));
  await pool.faults({});
  expect(await leaves).toEqual({ code: 0, signal: null });
  expect((await pool.store.shadows.read(next.id)).steps).toEqual(new Map([[0, 5 * last]]));
  await expectPaidAsBilled();
});

it('a shadow that fails each call, and one that is told to wait, keep nothing from going on', async () => {
  await pool.faults({ byModel: { [SHADOW_MODEL]: { status5xx: {} } } });
  const failing = await setShadow();
  worker = await pool.worker();
  const before = await callsOf(STABLE_MODEL);
  let packs = 0;
  let seen: ShadowFigures;
  do {
    const id = await pool.submit(catalogue(150, {}, `failing${packs}`), { packSize: 5 });
    packs += 30;
    // 20 failures in a row would have opened the breaker.
    expect(await pool.watch(id)).toMatchObject({ priced: 150, failed: 0 });
    expect((await callsOf(STABLE_MODEL)) - before).toBe(packs);
    seen = await until(
      () => pool.store.shadows.read(failing.id),
      ({ shadow: asked, skipped }) => asked.calls + skippedPacks(skipped) >= packs,
    );
  } while (seen.shadow.calls < 20);
  expect(seen.shadow).toMatchObject({ answers: 0, errors: seen.shadow.calls });
  expect(seen.shadow.calls + skippedPacks(seen.skipped)).toBe(packs);
  expect(seen.steps.size).toBe(0);

  await pool.faults({ byModel: { [SHADOW_MODEL]: { rate429: { retryAfter: '60' } } } });
  let rate: number | undefined;
  for (let part = 0; rate === undefined; part++) {
    const batch = await pool.submit(catalogue(25, {}, `limited${part}`));
    expect(await pool.watch(batch)).toMatchObject({ priced: 25, failed: 0 });
    await until(
      () => pool.store.admission.budget(),
      ({ reservedNanoUsd }) => reservedNanoUsd === 0,
    );
    ({ rate } = await skippedOf(failing.id));
  }
  expect(rate % 25).toBe(0);
  // Nobody is told that the gateway is in trouble.
  const outcomes = (await pool.store.stats.minutes(5, Date.now())).flatMap(({ calls }) => [...calls.keys()]);
  expect([...new Set(outcomes)]).toEqual(['complete']);
});
