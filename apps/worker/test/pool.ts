import type { Priority, Snapshot } from '@reprice/pricing';
import { enqueueStaged, Packer, PackQueue } from '@reprice/queue';
import { type BatchRecord, type Failure, Store } from '@reprice/store';
import { type AppOptions, type AppProcess, type OwnRedis, spawnApp, startRedis, zoneAtNoon } from '@reprice/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect } from 'vitest';

const KEY = 'sk-simulator-0123456789';

/** A call that the simulator saw, and what it billed. */
export interface SeenCall {
  readonly arrivedAtMs: number;
  readonly model: string;
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
  readonly costNanoUsd: number;
  readonly options?: Readonly<Record<string, unknown>>;
}

interface Ledger {
  readonly totalNanoUsd: number;
  readonly requestTimes: { readonly maxRequestsInAny60s: number };
  readonly calls: number;
  readonly byModel: Readonly<Record<string, { readonly calls: number }>>;
  /** By the last 4 characters of a key. */
  readonly byKey: Readonly<Record<string, { requests: number; refused: number; calls: number; lastAtMs: number }>>;
}

/** A Redis, a simulator and any number of workers: real processes. */
export class Pool {
  readonly redis: OwnRedis;
  readonly store: Store;
  readonly queue: PackQueue;
  readonly connection: Redis;
  readonly simulator: AppProcess;
  /** Of its workers. */
  readonly env: Record<string, string>;

  private constructor(redis: OwnRedis, simulator: AppProcess, env: Record<string, string>) {
    this.redis = redis;
    this.simulator = simulator;
    this.env = env;
    this.connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    this.connection.on('error', () => {}); // Redis is killed on purpose
    this.store = new Store(this.connection, { timeZone: env.BUDGET_TIMEZONE as string });
    this.queue = new PackQueue({ connection: this.connection });
    afterAll(() => this.connection.disconnect());
  }

  static async start(
    env: Record<string, string> = {},
    simulatorEnv: Record<string, string> = {},
    settings: Record<string, string> = {},
  ): Promise<Pool> {
    const redis = await startRedis({ appendFsync: 'everysec', settings });
    const simulator = await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: KEY, ...simulatorEnv });
    const gateway = { GATEWAY_BASE_URL: simulator.url, GATEWAY_API_KEYS: KEY, GATEWAY_TIMEOUT_MS: '60000' };
    const limits = { RATE_LIMIT_RPM: '0', BUDGET_TIMEZONE: zoneAtNoon() };
    return new Pool(redis, simulator, { REDIS_URL: redis.url, ...limits, ...gateway, ...env });
  }

  async worker(env: Record<string, string> = {}, options: AppOptions = {}): Promise<AppProcess> {
    return await spawnApp('worker', { ...this.env, ...env }, options);
  }

  /** An API on the same Redis, and a function that calls it. */
  async api(): Promise<{ process: AppProcess; post: (path: string, body?: object) => Promise<Response> }> {
    const secret = 'secret-of-the-test';
    const process = await spawnApp('api', { ...this.env, PORT: '0', API_KEYS: `test:write:${secret}` });
    const post = (path: string, body: object = {}): Promise<Response> =>
      fetch(new URL(path, process.url), {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      });
    return { process, post };
  }

  async faults(faults: object): Promise<void> {
    const response = await this.#simulator('faults', { method: 'PUT', body: JSON.stringify(faults) });
    expect(response.status, await response.text()).toBe(200);
  }

  /** From now on the simulator takes these keys. */
  async acceptKeys(apiKeys: readonly string[]): Promise<void> {
    const response = await this.#simulator('keys', { method: 'PUT', body: JSON.stringify({ apiKeys }) });
    expect(response.status, await response.text()).toBe(200);
  }

  async ledger(): Promise<Ledger> {
    return (await (await this.#simulator('ledger')).json()) as Ledger;
  }

  /** How many calls each model answered. */
  async callsByModel(): Promise<Record<string, number>> {
    const { byModel } = await this.ledger();
    return Object.fromEntries(Object.entries(byModel).map(([model, { calls }]) => [model, calls]));
  }

  /** The calls that the simulator saw, oldest first. */
  async calls(): Promise<SeenCall[]> {
    const { items } = (await (await this.#simulator('calls?last=2000')).json()) as { items: SeenCall[] };
    return items.toSorted((a, b) => a.arrivedAtMs - b.arrivedAtMs);
  }

  /** The live prices as they stand in Redis. */
  async prices(skus: readonly string[]): Promise<Record<string, string>[]> {
    return await Promise.all(skus.map((sku) => this.connection.hgetall(this.store.keys.price(sku))));
  }

  async #simulator(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    return await fetch(new URL(`/${path}`, this.simulator.url), { ...init, headers });
  }

  /** Submits snapshots as the API does. */
  async submit(
    snapshots: readonly Snapshot[],
    options: {
      priority?: Priority;
      packSize?: number;
      routeOf?: (sku: string) => string;
      startsAtMs?: number;
      mode?: 'live' | 'dry-run';
    } = {},
  ): Promise<string> {
    const { priority = 'normal', packSize = 25, routeOf = () => 'stable', startsAtMs, mode = 'live' } = options;
    const { batches } = this.store;
    const id = await batches.open({ kind: 'batch', priority, mode });
    const packer = new Packer({ packSize });
    for (let from = 0; from < snapshots.length; from += 500) {
      const chunk = snapshots.slice(from, from + 500);
      if (mode === 'live') await this.store.snapshots.observe(chunk);
      const packs = chunk.flatMap((s) => packer.add(s.sku, s.strategy ?? 'balanced', routeOf(s.sku)) ?? []);
      await batches.stage(id, { packs, ...(mode === 'dry-run' && { trial: chunk }) });
    }
    await batches.stage(id, { packs: packer.flush() });
    if (startsAtMs !== undefined) await batches.postpone(id, startsAtMs);
    await batches.commit(id);
    await enqueueStaged(batches, this.queue, id);
    return id;
  }

  /**
   * Polls a batch until `until` holds, and checks at every poll that its lines add up and no counter falls; `isReplayed` lets `failed` fall,
   * which only a replay may do.
   */
  async watch(
    id: string,
    until: (b: BatchRecord) => boolean = (b) => b.status === 'done',
    isReplayed = false,
  ): Promise<BatchRecord> {
    let before: BatchRecord | undefined;
    for (;;) {
      const b = await this.store.batches.get(id);
      if (!b) throw new Error(`batch ${id} is gone`);
      expect(b.unchanged + b.priced + b.held + b.failed + b.waiting).toBe(b.total);
      for (const counter of ['priced', 'calls', 'tokens', ...(isReplayed ? [] : (['failed'] as const))] as const)
        expect(b[counter]).toBeGreaterThanOrEqual(before?.[counter] ?? 0);
      expect(b.waiting).toBeGreaterThanOrEqual(0);
      if (until(b)) return b;
      before = b;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async failures(id: string): Promise<Failure[]> {
    const failures: Failure[] = [];
    for await (const page of this.store.batches.failures(id)) failures.push(...page);
    return failures;
  }

  /** Every SKU of a batch is in its results or its failures, once. */
  async expectEachOnce(id: string, skus: readonly string[]): Promise<void> {
    const seen: string[] = (await this.failures(id)).map((f) => f.sku);
    for await (const page of this.store.batches.results(id)) seen.push(...page.map((price) => price.sku));
    expect(seen.toSorted()).toEqual(skus.toSorted());
  }
}

/** Snapshots of made-up SKUs, all alike but for their price. */
export function catalogue(count: number, more: Partial<Snapshot> = {}, name = 'sku'): Snapshot[] {
  return Array.from({ length: count }, (_, i) => {
    const priceMinor = 1000 + ((i * 7919) % 9000);
    return {
      sku: `${name}-${i}`,
      currency: 'EUR',
      priceMinor,
      referenceMinor: priceMinor,
      competitorsMinor: [],
      observedAtMs: Date.now(),
      ...more,
    };
  });
}
