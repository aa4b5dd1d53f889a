import { type AppProcess, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit/processes';
import type { Chance } from '../scripts/chance.ts';
import { Fleet, type Slot } from './fleet.ts';
import { GatewayBooks } from './gateway-books.ts';
import { Line } from './proxy.ts';

/** How a stand differs from the usual one. */
export interface StandOptions {
  readonly workers: number;
  readonly env?: Readonly<Record<string, string>>;
  /** More environment of single workers. */
  readonly workerEnv?: (slot: number) => Readonly<Record<string, string>>;
  readonly redis?: Parameters<typeof startRedis>[0];
  /** How long the simulator takes to answer, ms. */
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number };
}

const GATEWAY_KEY = 'sk-simulator-faults-0123456789';
const API_SECRET = 'faults-0123456789';

/** A worker that does not come up at the beginning has another fault than those that are injected. */
const FIRST_TRIES = 2;

/** What all scenarios share unless they say otherwise. */
const usual = {
  GATEWAY_API_KEYS: GATEWAY_KEY,
  GATEWAY_TIMEOUT_MS: '5000',
  API_KEYS: `client:admin:${API_SECRET}`,
  API_RATE_LIMIT_RPM: '10000000',
  RATE_LIMIT_RPM: '1200',
  DAILY_BUDGET_USD: '0.03',
  PACK_SIZE: '5',
  WORKER_CONCURRENCY: '10',
};

/** All processes of one scenario: Redis, gateway simulator, API and workers, with a proxy on every line of ours. */
export class Stand {
  readonly redis: OwnRedis;
  readonly simulator: AppProcess;
  readonly gateway: GatewayBooks;
  readonly fleet: Fleet;
  readonly apiLine: Line;
  readonly env: Readonly<Record<string, string>>;
  api: AppProcess | undefined;
  apiUrl = '';
  readonly #latency: StandOptions['latency'];

  private constructor(parts: {
    redis: OwnRedis;
    simulator: AppProcess;
    slots: readonly Slot[];
    apiLine: Line;
    options: StandOptions;
  }) {
    this.redis = parts.redis;
    this.simulator = parts.simulator;
    this.apiLine = parts.apiLine;
    this.gateway = new GatewayBooks(parts.simulator.url, GATEWAY_KEY);
    this.#latency = parts.options.latency ?? { p50Ms: 800, p99Ms: 2500 };
    const { workerEnv } = parts.options;
    const env = { ...usual, ...parts.options.env };
    this.env = { ...env, GATEWAY_BASE_URL: parts.simulator.url };
    this.fleet = new Fleet(parts.slots, (slot) => ({
      ...env,
      REDIS_URL: `redis://127.0.0.1:${slot.redis.port}`,
      GATEWAY_BASE_URL: `http://127.0.0.1:${slot.gateway.port}/v1`,
      ...workerEnv?.(slot.index),
    }));
  }

  static async open(options: StandOptions, chance: Chance): Promise<Stand> {
    const redis = await startRedis({ appendFsync: 'everysec', ...options.redis });
    const simulator = await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: GATEWAY_KEY });
    const redisPort = (): number => redis.port;
    const gatewayPort = (): number => Number(new URL(simulator.url).port);
    const slots = await Promise.all(
      Array.from({ length: options.workers }, async (_, index): Promise<Slot> => {
        const line = chance.fork(`lines of ${index}`);
        const [toRedis, toGateway] = await Promise.all([Line.open(redisPort, line), Line.open(gatewayPort, line)]);
        return {
          index,
          redis: toRedis,
          gateway: toGateway,
          process: undefined,
          workerId: undefined,
          frozen: false,
          ending: false,
        };
      }),
    );
    const apiLine = await Line.open(redisPort, chance.fork('line of the API'));
    const stand = new Stand({ redis, simulator, slots, apiLine, options });
    try {
      await stand.gateway.faults({ latency: stand.#latency });
      await stand.startApi();
      await stand.fleet.start(FIRST_TRIES);
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  /** Headers of a client's call. */
  get headers(): Record<string, string> {
    return { authorization: `Bearer ${API_SECRET}` };
  }

  /** Starts the API; again on the port that it had. */
  async startApi(): Promise<void> {
    const port = this.apiUrl ? new URL(this.apiUrl).port : '0';
    const env = { ...this.env, PORT: port, REDIS_URL: `redis://127.0.0.1:${this.apiLine.port}` };
    this.api = await spawnApp('api', env, { timeoutMs: 60_000 });
    this.apiUrl = this.api.url;
  }

  /** The lines to Redis: those of the workers and that of the API. */
  get redisLines(): Line[] {
    return [...this.fleet.slots.map((slot) => slot.redis), this.apiLine];
  }

  get gatewayLines(): Line[] {
    return this.fleet.slots.map((slot) => slot.gateway);
  }

  /** Sets faults of the gateway beside its latency; `{}` heals it. */
  async gatewayFaults(faults: object): Promise<void> {
    await this.gateway.faults({ latency: this.#latency, ...faults });
  }

  /** Takes back what proxies and gateway do. */
  async heal(): Promise<void> {
    for (const line of [...this.redisLines, ...this.gatewayLines]) line.set({});
    await this.gatewayFaults({});
  }

  async close(): Promise<void> {
    await this.fleet.close();
    await this.api?.kill('SIGKILL');
    await Promise.all([...this.redisLines, ...this.gatewayLines].map((line) => line.close()));
    await this.simulator.kill('SIGKILL');
    await this.redis.stop();
  }
}
