import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AcquiredRedis, acquireRedis } from '@reprice/embedded-redis';
import { Redis } from 'ioredis';
import { cpuUs, Process } from './processes.ts';

const GATEWAY_KEY = 'sk-bench-0123456789';
const API_SECRET = 'bench-0123456789';

/** Where a way of working is measured: an empty Redis with its append-only file on, and a simulator with zero latency. */
export class Stage {
  readonly env: Record<string, string>;
  readonly redis: Redis;
  readonly simulator: Process;
  readonly #server: AcquiredRedis;
  readonly #dataDir: string;

  private constructor(server: AcquiredRedis, dataDir: string, simulator: Process) {
    this.#server = server;
    this.#dataDir = dataDir;
    this.simulator = simulator;
    this.redis = new Redis(server.url, { maxRetriesPerRequest: null });
    this.env = {
      REDIS_URL: server.url,
      GATEWAY_BASE_URL: simulator.url,
      GATEWAY_API_KEYS: GATEWAY_KEY,
      API_KEYS: `bench:admin:${API_SECRET}`,
      API_RATE_LIMIT_RPM: '10000000',
      RATE_LIMIT_RPM: '0',
      DAILY_BUDGET_USD: '1000000',
      PORT: '0',
    };
  }

  static async open(): Promise<Stage> {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'reprice-bench-'));
    const env = { ...process.env, REDIS_URL: undefined };
    const server = await acquireRedis({ cacheDir: path.resolve(import.meta.dirname, '../.cache'), dataDir, env });
    const simulatorEnv = { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: GATEWAY_KEY };
    return new Stage(server, dataDir, await Process.start('apps/simulator/src/main.ts', simulatorEnv));
  }

  /** The secret of the API key. */
  get secret(): string {
    return API_SECRET;
  }

  /** Headers of a call to the API. */
  get headers(): Record<string, string> {
    return { authorization: `Bearer ${API_SECRET}` };
  }

  /** CPU time of Redis so far, in µs. */
  redisCpuUs(): number {
    return cpuUs(this.#server.pid ?? 0);
  }

  /** Memory that Redis uses for data, in bytes. */
  async redisBytes(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.redis.info('memory'))?.[1]);
  }

  /** A page of the simulator, as JSON. */
  async simulatorPage<T>(page: string): Promise<T> {
    const response = await fetch(new URL(page, this.simulator.url), {
      headers: { authorization: `Bearer ${GATEWAY_KEY}` },
    });
    return (await response.json()) as T;
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await this.simulator.stop();
    await this.#server.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
