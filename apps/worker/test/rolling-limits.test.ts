import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyGuardrails, boundsFor, builtInStrategies, reproduces, retrace, suggestionFrom } from '@reprice/pricing';
import type { AppProcess } from '@reprice/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

const hourMs = 3_600_000;
const folder = mkdtempSync(path.join(tmpdir(), 'reprice-clock-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** One SKU at 100.00 in a market at 900.00, and a worker that can be sent ahead in time. */
class Market {
  readonly pool: Pool;
  readonly #clockFile = path.join(folder, 'clock');
  #worker: AppProcess | undefined;
  #aheadMs = 0;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async start(): Promise<void> {
    await this.#worker?.kill();
    this.ahead(this.#aheadMs / hourMs);
    this.#worker = await this.pool.worker({ CLOCK_FILE: this.#clockFile }, { main: 'test/worker-on-clock.ts' });
  }

  ahead(hours: number): void {
    this.#aheadMs = hours * hourMs;
    writeFileSync(this.#clockFile, String(this.#aheadMs));
  }

  get nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Reprices the SKU; what came of it, in words. */
  async reprice(floorMinor = 100): Promise<string> {
    const market = { floorMinor, ceilingMinor: 100_000, competitorsMinor: [90_000] };
    const stated = { priceMinor: 10_000, referenceMinor: 10_000 };
    const id = await this.pool.submit(catalogue(1, { ...stated, ...market }, 'step'));
    const { failed } = await this.pool.watch(id);
    if (failed > 0) return (await this.pool.failures(id)).map(({ reason, detail }) => `${reason}: ${detail}`).join();
    const story = await this.pool.store.history.story('step-0');
    if (!story?.inputs || !('costUsd' in story.price)) throw new Error('the decision was not kept');
    expect(reproduces(story.inputs, retrace(story.inputs), story.price)).toBe(true);
    // Now and then the simulator suggests a price past the ceiling, as models do.
    const limits = story.price.guardrails.filter((name) => name !== 'ceiling');
    return [story.price.price, ...limits].join(' ');
  }

  /** What a person does: no limit on change holds it. */
  async publish(price: string): Promise<void> {
    const [row] = (await this.pool.store.snapshots.loadAnew('b', ['step-0'])).rows;
    if (!row || row.settled || !row.snapshot) throw new Error('no snapshot');
    const { fence, liveMinor = 0, past } = row;
    const snapshot = { ...row.snapshot, floorMinor: 100 };
    const strategy = builtInStrategies.balanced;
    const loose = {
      bounds: 'derived',
      derivedFloorPercent: 99,
      derivedCeilingPercent: 900,
      minMarginPercent: 0,
    } as const;
    const policy = { ...loose, maxChangePercent: 900 };
    const bounds = boundsFor(snapshot, policy);
    if ('conflict' in bounds || !strategy) throw new Error('no bounds');
    const suggestion = suggestionFrom({ price, reason: 'person' });
    const safePrice = applyGuardrails(suggestion, snapshot, liveMinor, bounds, policy);
    if ('conflict' in safePrice) throw new Error(safePrice.detail);
    const context = { batchId: '', jobId: '', source: 'manual', by: 'anna', pricedAtMs: this.nowMs } as const;
    const decision = { suggestion, snapshot, past, strategy };
    const told = { ordinal: 0, fence, sku: 'step-0', safePrice, previousMinor: liveMinor, strategy: 'balanced' };
    const rest = { reason: 'person', costUsd: '0.00', snapshotAtMs: snapshot.observedAtMs, decision };
    expect(await this.pool.store.prices.publishManual(context, { ...told, ...rest })).toBe('published');
  }
}

let market: Market;
beforeAll(async () => {
  market = new Market(await Pool.start());
  await market.start();
});

it('five small steps do not do what one big one may not, over restarts, forgotten scripts and prices by hand', async () => {
  expect(await market.reprice()).toBe('125.00 max_change');
  market.ahead(1);
  expect(await market.reprice()).toBe('125.00 max_change max_change_24h');
  await market.start();
  market.ahead(5);
  expect(await market.reprice()).toBe('125.00 max_change max_change_24h');
  await market.pool.connection.script('FLUSH');
  market.ahead(23);
  expect(await market.reprice()).toBe('125.00 max_change max_change_24h');

  // The next day the first price no longer counts in 24 hours, but it does in 7 days.
  market.ahead(50);
  await market.start();
  expect(await market.reprice()).toBe('150.00 max_change max_change_7d');
  expect(await market.reprice(16_000)).toMatch(
    /^guardrail_conflict: The live price, 150\.00 EUR, .* 50 % in 7 days \(from the lowest price in them, 100\.00 EUR\) can't reach it before 20/,
  );

  await market.publish('80.00');
  expect((await market.pool.prices(['step-0']))[0]).toMatchObject({ price: '80.00', source: 'manual', by: 'anna' });
  expect(await market.reprice()).toBe('100.00 max_change');
  market.ahead(60);
  expect(await market.reprice()).toBe('100.00 max_change max_change_24h');
  expect((await market.pool.store.history.list('step-0', 20)).map(({ revision }) => revision)).toEqual([
    8, 7, 6, 5, 4, 3, 2, 1,
  ]);
});

it('every price that was published, of whatever inputs, is made again from its record', async () => {
  const { pool } = market;
  const strategies = ['balanced', 'clearance', 'premium', 'match'];
  const varied = catalogue(200, {}, 'any').map((snapshot, i) => {
    const at = (percent: number): number => Math.round((snapshot.priceMinor * percent) / 100);
    return {
      ...snapshot,
      strategy: strategies[i % 4] ?? '',
      currency: ['EUR', 'USD', 'JPY', 'KWD'][i % 4] ?? '',
      stock: (i * 37) % 400,
      capacity: 300,
      demand: 1 + (i % 7) / 4,
      ...(i % 3 === 0 && { costMinor: at(60 + (i % 30)) }),
      ...(i % 5 === 0 && { floorMinor: at(85), ceilingMinor: at(104) }),
      ...(i % 7 === 0 && { mapMinor: at(98) }),
      competitorsMinor: i % 2 === 0 ? [at(80 + (i % 60)), at(90 + (i % 25))] : [],
    };
  });
  const skus = varied.map(({ sku }) => sku);
  const names = new Set<string>();
  for (const round of [1, 2, 3]) {
    market.ahead(70 + 2 * round);
    const moved = varied.map((snapshot) => ({
      ...snapshot,
      stock: snapshot.stock + 60 * round,
      observedAtMs: Date.now(),
    }));
    expect(await pool.watch(await pool.submit(moved))).toMatchObject({ priced: 200, failed: 0 });
    for (const sku of skus) {
      const story = await pool.store.history.story(sku);
      if (!story?.inputs || !('costUsd' in story.price)) throw new Error(`${sku}: the decision was not kept`);
      expect(story.price.revision).toBe(round);
      expect(reproduces(story.inputs, retrace(story.inputs), story.price), JSON.stringify(story)).toBe(true);
      for (const name of story.price.guardrails) names.add(name);
    }
  }
  expect(names.size).toBeGreaterThanOrEqual(4);
});
