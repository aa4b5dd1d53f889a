import type { RateTable } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { AdmissionControl } from './admission.ts';
import { Batches } from './batches.ts';
import { Changes } from './changes.ts';
import { DirtySet } from './dirty-set.ts';
import { FailedJobs } from './failed-jobs.ts';
import { Feeds } from './feeds.ts';
import { FreezeSwitch } from './freeze.ts';
import { GatewayKeys } from './gateway-keys.ts';
import { checkHealth, evictionPolicy, type StoreHealth } from './health.ts';
import { HeldPrices } from './held.ts';
import { Idempotency } from './idempotency.ts';
import { Keys } from './keys.ts';
import { Observations } from './observations.ts';
import { Policies } from './policies.ts';
import { PriceAges } from './price-ages.ts';
import { PriceHistory } from './price-history.ts';
import { Prices } from './prices.ts';
import { Processes } from './processes.ts';
import { Quarantine } from './quarantine.ts';
import { RatesInForce } from './rates-in-force.ts';
import { type RedisState, readRedisState } from './redis-state.ts';
import { Routes } from './routes.ts';
import { Runs } from './runs.ts';
import { Shadows } from './shadows.ts';
import { SinkParity } from './sink-parity.ts';
import { SinkWindows } from './sink-windows.ts';
import { Sinks } from './sinks.ts';
import { Snapshots } from './snapshots.ts';
import { SourceThings } from './source-things.ts';
import { Stats } from './stats.ts';
import { UnderWay } from './under-way.ts';
import { Worth } from './worth.ts';

/** How a Store is made. */
export interface StoreOptions {
  /** First part of every key; `reprice` unless stated. */
  readonly namespace?: string;
  /** IANA time zone whose days the budget counts by; UTC unless stated. */
  readonly timeZone?: string;
  /** How long a call may take until it is settled, ms; else it is charged in full. 180,000 unless stated. Longer than the longest call. */
  readonly leaseMs?: number;
  /** ms since 1970; the machine's clock unless stated. */
  readonly now?: () => number;
  /** A key that holds the time, µs since 1970, in place of Redis' clock: for simulations of admission. */
  readonly clockKey?: string;
  /** The exchange rates of the configuration. */
  readonly rates?: RateTable | undefined;
}

/** All that Redis holds but the queue. */
export class Store {
  readonly keys: Keys;
  readonly snapshots: Snapshots;
  readonly prices: Prices;
  readonly priceAges: PriceAges;
  readonly history: PriceHistory;
  readonly batches: Batches;
  readonly changes: Changes;
  readonly dirty: DirtySet;
  readonly failedJobs: FailedJobs;
  readonly idempotency: Idempotency;
  readonly admission: AdmissionControl;
  readonly gatewayKeys: GatewayKeys;
  readonly feeds: Feeds;
  readonly freeze: FreezeSwitch;
  readonly held: HeldPrices;
  readonly observations: Observations;
  readonly policies: Policies;
  readonly processes: Processes;
  readonly rates: RatesInForce;
  readonly quarantine: Quarantine;
  readonly routes: Routes;
  readonly runs: Runs;
  readonly shadows: Shadows;
  readonly sinkParity: SinkParity;
  readonly sinks: Sinks;
  readonly sinkWindows: SinkWindows;
  readonly sourceThings: SourceThings;
  readonly stats: Stats;
  readonly underWay: UnderWay;
  readonly worth: Worth;
  readonly #redis: Redis;

  constructor(redis: Redis, options: StoreOptions = {}) {
    const { namespace = 'reprice', timeZone = 'UTC', leaseMs = 180_000, now = Date.now, clockKey, rates } = options;
    this.#redis = redis;
    this.keys = new Keys({ namespace, partition: 0 });
    this.snapshots = new Snapshots(redis, this.keys);
    this.prices = new Prices(redis, this.keys);
    this.priceAges = new PriceAges(redis, this.keys);
    this.history = new PriceHistory(redis, this.keys);
    this.batches = new Batches(redis, this.keys, now);
    this.changes = new Changes(redis, this.keys);
    this.dirty = new DirtySet(redis, this.keys, now, clockKey);
    this.failedJobs = new FailedJobs(redis, this.keys, now);
    this.idempotency = new Idempotency(redis, this.keys);
    this.gatewayKeys = new GatewayKeys(redis, this.keys);
    this.feeds = new Feeds(redis, this.keys, clockKey);
    this.freeze = new FreezeSwitch(redis, this.keys, now);
    this.held = new HeldPrices(redis, this.keys);
    this.admission = new AdmissionControl(redis, this.keys, {
      now,
      timeZone,
      leaseMs,
      ...(clockKey !== undefined && { clockKey }),
    });
    this.rates = new RatesInForce(redis, this.keys, now, rates);
    this.observations = new Observations(redis, this.keys, now, this.rates, clockKey);
    this.policies = new Policies(redis, this.keys, clockKey);
    this.processes = new Processes(redis, this.keys);
    this.quarantine = new Quarantine(redis, this.keys, now);
    this.routes = new Routes(redis, this.keys, clockKey);
    this.runs = new Runs(redis, this.keys);
    this.shadows = new Shadows(redis, this.keys);
    this.sinkParity = new SinkParity(redis, this.keys);
    this.sinks = new Sinks(redis, this.keys);
    this.sinkWindows = new SinkWindows(redis, this.keys);
    this.sourceThings = new SourceThings(redis, this.keys);
    this.stats = new Stats(redis, this.keys, timeZone);
    this.underWay = new UnderWay(redis, this.keys, now);
    this.worth = new Worth(redis, this.keys, timeZone);
  }

  /** Sends what `calls` asks of Redis in one write instead of one each; the calls stay independent of each other. */
  together<T>(calls: () => T): T {
    const stream: { cork(): void; uncork(): void } | undefined = this.#redis.stream;
    stream?.cork();
    process.nextTick(() => stream?.uncork());
    return calls();
  }

  /** Whether Redis can be trusted with work right now. */
  async health(): Promise<StoreHealth> {
    return await checkHealth(this.#redis, this.keys);
  }

  /** What Redis tells of itself: version, memory, disk, clock. */
  async redisState(): Promise<RedisState> {
    return await readRedisState(this.#redis);
  }

  /** What Redis does when its memory is full; anything but `noeviction` may throw work away (see policyFault). */
  async evictionPolicy(): Promise<string> {
    return await evictionPolicy(this.#redis);
  }
}
