import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtInStrategies } from '@reprice/pricing';
import { type FeedView, type LoadedRow, ObservationMerger, Store } from '@reprice/store';
import { type AppProcess, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, vi } from 'vitest';

const KEY = 'sk-market-0123456789';

/** What a market says of a SKU. */
export type Item = Record<string, unknown> & { sku: string };

/** A Redis, the simulator's market, and any number of feed processes: real processes. */
export class MarketUnderTest {
  readonly redis: OwnRedis;
  readonly connection: Redis;
  readonly store: Store;
  readonly simulator: AppProcess;

  private constructor(redis: OwnRedis, simulator: AppProcess) {
    this.redis = redis;
    this.simulator = simulator;
    this.connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    this.connection.on('error', () => {}); // Redis is stopped on purpose
    this.store = new Store(this.connection);
    afterAll(() => this.connection.disconnect());
  }

  static async start(): Promise<MarketUnderTest> {
    const [redis, simulator] = await Promise.all([
      startRedis({ appendFsync: 'everysec' }),
      spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: KEY }),
    ]);
    return new MarketUnderTest(redis, simulator);
  }

  /** A process that runs the feed `m` of this market. */
  async feed(settings: Record<string, unknown> = {}, env: Record<string, string> = {}): Promise<AppProcess> {
    return await spawnApp('feed', { REDIS_URL: this.redis.url, ...env, REPRICE_CONFIG: this.config(settings) });
  }

  /** A worker whose gateway is the simulator. */
  async worker(): Promise<AppProcess> {
    const gateway = { GATEWAY_BASE_URL: this.simulator.url, GATEWAY_API_KEYS: KEY };
    return await spawnApp('worker', { REDIS_URL: this.redis.url, RATE_LIMIT_RPM: '0', ...gateway });
  }

  /** A config file that names the feed. */
  config(settings: Record<string, unknown> = {}): string {
    const { sources, ...feed } = settings;
    const base = new URL('/market', this.simulator.url).href;
    const m = {
      url: `${base.replace('http', 'ws')}/stream`,
      restUrl: base,
      token: KEY,
      heartbeatSeconds: 3,
      maxReconnectSeconds: 0.2,
      ...feed,
    };
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-feed-')), 'reprice.config.mjs');
    writeFileSync(file, `export default ${JSON.stringify({ feeds: { m }, ...(sources ? { sources } : {}) })};\n`);
    return file;
  }

  /** Makes something happen. */
  async move(what: { skus?: number; events?: number; eventsPerSecond?: number; items?: Item[]; seed?: number }) {
    return await this.#send('POST', '/market/move', what);
  }

  async faults(faults: object): Promise<void> {
    await this.#send('PUT', '/market/faults', faults);
  }

  /** What another source says, as of now. */
  async observe(inputs: readonly Item[]): Promise<void> {
    const merger = new ObservationMerger({
      observations: this.store.observations,
      strategies: builtInStrategies,
      now: Date.now,
    });
    await merger.merge(inputs);
  }

  /** How all SKUs of the market really are. */
  async truth(): Promise<Item[]> {
    const all: Item[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page = await this.#send('GET', `/market/truth?after=${encodeURIComponent(after)}`);
      all.push(...page.items);
      after = page.nextAfter;
    }
    return all;
  }

  /** The feed as others see it. */
  async view(): Promise<FeedView | undefined> {
    return (await this.store.feeds.list())[0];
  }

  /** Waits until the feed is so. */
  async until(wanted: Partial<FeedView>, timeout = 30_000): Promise<FeedView> {
    return await vi.waitFor(
      async () => {
        const view = await this.view();
        expect(view).toMatchObject(wanted);
        return view as FeedView;
      },
      { timeout, interval: 25 },
    );
  }

  /** Waits until all that is stored is the market's truth. */
  async untilTrue(timeout = 30_000): Promise<void> {
    await vi.waitFor(async () => expect(await this.untruths()).toEqual([]), { timeout, interval: 100 });
  }

  /** SKUs that are stored otherwise than the market has them, the first 5. */
  async untruths(): Promise<unknown[]> {
    const truth = await this.truth();
    const rows: LoadedRow[] = [];
    for (let from = 0; from < truth.length; from += 500) {
      const skus = truth.slice(from, from + 500).map(({ sku }) => sku);
      rows.push(...(await this.store.snapshots.loadAnew('', skus)).rows);
    }
    const wrong: unknown[] = [];
    for (const [i, item] of truth.entries()) {
      const row = rows[i];
      const snapshot = row?.settled === false ? row.snapshot : undefined;
      const is = snapshot && {
        price: snapshot.priceMinor,
        stock: snapshot.stock,
        cost: snapshot.costMinor,
        demand: snapshot.demand,
        competitors: snapshot.competitorsMinor,
      };
      const minor = (value: unknown) =>
        value === undefined || value === null ? undefined : Math.round(Number(value) * 100);
      const should = {
        price: minor(item.price),
        stock: item.stock ?? undefined,
        cost: minor(item.cost),
        demand: item.demand ?? undefined,
        competitors: ((item.competitors as string[] | undefined) ?? []).map(minor),
      };
      if (JSON.stringify(is) !== JSON.stringify(should)) wrong.push({ sku: item.sku, is, should });
      if (wrong.length === 5) break;
    }
    return wrong;
  }

  async #send(method: string, route: string, body?: object) {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(new URL(route, this.simulator.url), init);
    const text = await response.text();
    expect([route, response.status, response.ok ? '' : text]).toEqual([route, 200, '']);
    return text === '' ? undefined : JSON.parse(text);
  }
}
