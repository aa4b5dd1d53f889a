import { enqueueStaged, Packer, PackQueue } from '@reprice/queue';
import { type BatchRecord, type Budget, Store } from '@reprice/store';
import {
  type AppProcess,
  AppStartError,
  type OwnRedis,
  spawnApp,
  startRedis,
  zoneAtNoon,
} from '@reprice/testkit/processes';
import { Redis } from 'ioredis';

/** Where a worker may die, in the order of a run. */
export const crashPoints = [
  'after-reserve',
  'after-sent',
  'after-answer',
  'before-publish',
  'after-publish',
  'before-ack',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** What a worker that dies at a point leaves behind. */
interface EndState {
  /** The call was billed, and its pack is paid for again. */
  readonly paidTwice: boolean;
  /** Nobody told how the call ended: charged in full and listed. */
  readonly unsettled: boolean;
}

const ends: Readonly<Record<CrashPoint, EndState>> = {
  'after-reserve': { paidTwice: false, unsettled: false },
  'after-sent': { paidTwice: false, unsettled: true },
  'after-answer': { paidTwice: true, unsettled: true },
  'before-publish': { paidTwice: true, unsettled: true },
  'after-publish': { paidTwice: false, unsettled: false },
  'before-ack': { paidTwice: false, unsettled: false },
};

/** What was found after the kills, and every promise that it breaks; none if `faults` is empty. */
export interface CrashReport {
  readonly point: CrashPoint;
  readonly kills: number;
  readonly packs: number;
  readonly batch: BatchRecord;
  readonly budget: Budget;
  readonly billed: { readonly calls: number; readonly nanoUsd: number };
  readonly faults: readonly string[];
}

const KEY = 'sk-simulator-crash-points';
const PACK_SIZE = 5;
/** Each process runs this many packs at most before it dies. */
const MOST_PASSES = 6;
const LOCK_MS = 3000;

/**
 * Kills `kills` workers at a point, `slots` at once, one pack in flight in each, lets others finish, and compares what the client was
 * promised, what the gateway billed and what Redis says: in between, and to the nano-dollar at the end.
 */
export async function runCrashPoint(point: CrashPoint, kills: number, slots = 2): Promise<CrashReport> {
  const redis = await startRedis({ appendFsync: 'everysec' });
  const simulator = await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: KEY });
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  try {
    return await new Stand(redis, simulator, connection).run(point, kills, slots);
  } finally {
    connection.disconnect();
    await simulator.kill('SIGKILL');
    await redis.stop();
  }
}

class Stand {
  readonly #redis: OwnRedis;
  readonly #simulator: AppProcess;
  readonly #connection: Redis;
  readonly #timeZone = zoneAtNoon();
  readonly #store: Store;
  readonly #faults = new Set<string>();

  constructor(redis: OwnRedis, simulator: AppProcess, connection: Redis) {
    this.#redis = redis;
    this.#simulator = simulator;
    this.#connection = connection;
    this.#store = new Store(connection, { timeZone: this.#timeZone });
  }

  async run(point: CrashPoint, kills: number, slots: number): Promise<CrashReport> {
    const packs = kills * MOST_PASSES + 10 * slots;
    const skus = Array.from({ length: packs * PACK_SIZE }, (_, i) => `sku-${i}`);
    const id = await this.#submit(skus);
    const watching = this.#watch(id);

    let left = kills;
    const kill = async (slot: number): Promise<void> => {
      for (let round = 0; left > 0; round++) {
        left--;
        // Not at the first pass: a pack that came back from the dead goes first, and is to live now.
        await this.#killedAt(point, 2 + ((slot + round) % (MOST_PASSES - 1)));
      }
    };
    await Promise.all(Array.from({ length: slots }, (_, slot) => kill(slot)));
    const finishers = await Promise.all([this.#worker(), this.#worker()]);
    const batch = await watching;
    for (const finisher of finishers) {
      const { code } = await finisher.kill('SIGTERM');
      if (code !== 0) this.#faults.add(`a worker told to stop ended with ${code}`);
    }
    await this.#letLeasesRunOut();
    const report = {
      point,
      kills,
      packs,
      batch,
      budget: await this.#store.admission.budget(),
      billed: await this.#billed(),
    };
    await this.#check(report, skus);
    return { ...report, faults: [...this.#faults] };
  }

  async #submit(skus: readonly string[]): Promise<string> {
    const { batches, snapshots } = this.#store;
    const id = await batches.open({ kind: 'batch', priority: 'normal', mode: 'live' });
    const packer = new Packer({ packSize: PACK_SIZE });
    const observedAtMs = Date.now();
    for (let from = 0; from < skus.length; from += 500) {
      const chunk = skus.slice(from, from + 500);
      const money = { currency: 'EUR', priceMinor: 1999, referenceMinor: 1999, competitorsMinor: [], observedAtMs };
      await snapshots.observe(chunk.map((sku) => ({ sku, ...money })));
      await batches.stage(id, { packs: chunk.flatMap((sku) => packer.add(sku, 'balanced') ?? []) });
    }
    await batches.stage(id, { packs: packer.flush() });
    await batches.commit(id);
    const queue = new PackQueue({ connection: this.#connection });
    await enqueueStaged(batches, queue, id);
    return id;
  }

  get #env(): Record<string, string> {
    const gateway = { GATEWAY_BASE_URL: this.#simulator.url, GATEWAY_API_KEYS: KEY, GATEWAY_TIMEOUT_MS: '60000' };
    const limits = { RATE_LIMIT_RPM: '0', BUDGET_TIMEZONE: this.#timeZone };
    return { REDIS_URL: this.#redis.url, LOG_LEVEL: 'error', ...limits, ...gateway };
  }

  async #worker(): Promise<AppProcess> {
    return await spawnApp('worker', { ...this.#env, WORKER_CONCURRENCY: '5' }, { timeoutMs: 60_000 });
  }

  async #killedAt(point: CrashPoint, at: number): Promise<void> {
    const env = { CRASH_POINT: point, CRASH_AT: String(at), LOCK_MS: String(LOCK_MS), WORKER_CONCURRENCY: '1' };
    const main = 'test/crashing-worker.ts';
    try {
      const worker = await spawnApp('worker', { ...this.#env, ...env }, { main, timeoutMs: 60_000 });
      const exit = await worker.exited;
      if (exit.signal !== 'SIGKILL') throw new Error(`a worker ended with ${exit.code} instead:\n${worker.output()}`);
    } catch (error) {
      // It was faster than the word that it is ready.
      if (!(error instanceof AppStartError && error.exit?.signal === 'SIGKILL')) throw error;
    }
  }

  /** Compares the books at every poll until the batch is done. */
  async #watch(id: string): Promise<BatchRecord> {
    let before: BatchRecord | undefined;
    for (;;) {
      const { nanoUsd } = await this.#billed();
      const { spentNanoUsd, reservedNanoUsd, limitNanoUsd } = await this.#store.admission.budget();
      if (spentNanoUsd + reservedNanoUsd < nanoUsd) this.#faults.add('our books were below the bill');
      if (limitNanoUsd > 0 && nanoUsd > limitNanoUsd) this.#faults.add('the bill was above the limit');
      const b = await this.#store.batches.get(id);
      if (!b) throw new Error('the batch is gone');
      if (b.unchanged + b.priced + b.held + b.failed + b.waiting !== b.total)
        this.#faults.add('counters did not add up');
      if (before && (b.priced < before.priced || b.calls < before.calls)) this.#faults.add('a counter fell');
      if (b.status === 'done') return b;
      before = b;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #billed(): Promise<CrashReport['billed']> {
    const response = await fetch(new URL('/ledger', this.#simulator.url));
    const { calls, totalNanoUsd } = (await response.json()) as { calls: number; totalNanoUsd: number };
    return { calls, nanoUsd: totalNanoUsd };
  }

  /** As if the minute had passed after which a call counts as lost. */
  async #letLeasesRunOut(): Promise<void> {
    const { date } = await this.#store.admission.budget();
    const { keys } = this.#store;
    const expiry = keys.reservationExpiry(date);
    for (const id of await this.#connection.zrange(expiry, '0', '-1')) {
      const [state, cost, tokens, , bucket] =
        (await this.#connection.hget(keys.reservations(date), id))?.split(':') ?? [];
      await this.#connection.hset(keys.reservations(date), id, [state, cost, tokens, 1, bucket].join(':'));
      await this.#connection.zadd(expiry, 'XX', 0, id);
    }
    await this.#store.admission.tick();
  }

  async #check({ point, kills, packs, batch, budget, billed }: Omit<CrashReport, 'faults'>, skus: readonly string[]) {
    const equal = (what: string, got: number, wanted: number): void => {
      if (got !== wanted) this.#faults.add(`${what}: ${got} instead of ${wanted}`);
    };
    const { paidTwice, unsettled } = ends[point];
    equal('priced', batch.priced, skus.length);
    equal('failed', batch.failed, 0);
    equal('calls of the batch', batch.calls, packs);
    equal('calls at the gateway', billed.calls, packs + (paidTwice ? kills : 0));
    equal('unsettled calls', budget.unsettled.calls, unsettled ? kills : 0);
    equal('reserved', budget.reservedNanoUsd, 0);
    const settled = Math.round(Number(batch.costUsd) * 1e9);
    equal('spent', budget.spentNanoUsd, settled + budget.unsettled.costNanoUsd);
    if (!paidTwice) equal('bill', billed.nanoUsd, settled);
    if (budget.spentNanoUsd < billed.nanoUsd) this.#faults.add('spent less than the bill');
    const seen: string[] = [];
    for await (const page of this.#store.batches.results(batch.id)) seen.push(...page.map((price) => price.sku));
    equal('results', seen.length, skus.length);
    equal('SKUs with a result', new Set(seen).size, skus.length);
    const prices = await Promise.all(skus.map((sku) => this.#connection.hget(this.#store.keys.price(sku), 'revision')));
    equal('SKUs published more than once', prices.filter((revision) => revision !== '1').length, 0);
  }
}
