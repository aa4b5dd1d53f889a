import { readFileSync } from 'node:fs';
import { type AppProcess, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit/processes';
import { type Answer, exchange, type Parts } from './raw-http.ts';

/** A caller's scope; `none` sends no key. */
export type Who = 'none' | 'read' | 'write' | 'admin';

/** The secrets of the API under attack, by scope: long enough to be searched for wherever they must not be. */
export const secrets: Readonly<Record<Exclude<Who, 'none'>, string>> = {
  read: 'marker-read-5f0c1a77e2',
  write: 'marker-write-9b21d04c6e',
  admin: 'marker-admin-e83f55a01b',
};
export const gatewayKey = 'sk-marker-gateway-77ab03d9c4';
export const redisPassword = 'marker-redis-41d8e6b27f';

/** The header that a caller sends. */
export function bearer(who: Who): Record<string, string> {
  return who === 'none' ? {} : { authorization: `Bearer ${secrets[who]}` };
}

/** How a stand differs from the usual one. */
export interface StandOptions {
  /** More environment of API and worker. */
  readonly env?: Readonly<Record<string, string>>;
  readonly redis?: Parameters<typeof startRedis>[0];
  /** Another gateway than the simulator. */
  readonly gatewayUrl?: string;
  readonly worker?: boolean;
  /** User part of the Redis URL, e.g. `name:password@`. */
  readonly redisUser?: string;
}

/** The product as real processes on a Redis of its own: what the attacks go to. */
export class Stand {
  readonly redis: OwnRedis;
  readonly api: AppProcess;
  readonly simulator: AppProcess | undefined;
  readonly worker: AppProcess | undefined;
  readonly env: Readonly<Record<string, string>>;

  private constructor(parts: Pick<Stand, 'redis' | 'api' | 'simulator' | 'worker' | 'env'>) {
    this.redis = parts.redis;
    this.api = parts.api;
    this.simulator = parts.simulator;
    this.worker = parts.worker;
    this.env = parts.env;
  }

  static async open(options: StandOptions = {}): Promise<Stand> {
    const redis = await startRedis({ appendFsync: 'everysec', ...options.redis });
    const simulator =
      options.gatewayUrl === undefined
        ? await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: gatewayKey }, { timeoutMs: 60_000 })
        : undefined;
    const env = {
      PORT: '0',
      REDIS_URL: `redis://${options.redisUser ?? ''}127.0.0.1:${redis.port}`,
      GATEWAY_BASE_URL: options.gatewayUrl ?? (simulator?.url as string),
      GATEWAY_API_KEYS: gatewayKey,
      API_KEYS: Object.entries(secrets)
        .map(([scope, secret]) => `${scope}er:${scope}:${secret}`)
        .join(','),
      API_RATE_LIMIT_RPM: '0',
      RATE_LIMIT_RPM: '0',
      ...options.env,
    };
    const start = (name: 'api' | 'worker') => spawnApp(name, env, { timeoutMs: 60_000 });
    const [api, worker] = await Promise.all([start('api'), options.worker ? start('worker') : undefined]);
    return new Stand({ redis, simulator, api, worker, env });
  }

  get url(): string {
    return this.api.url;
  }

  /** One request by a caller, on a connection of its own. */
  call(who: Who, parts: Parts): Promise<Answer> {
    return exchange(this.url, { ...parts, headers: { ...bearer(who), ...parts.headers } });
  }

  /** Sends JSON and gives status and parsed body. */
  async json(who: Who, method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.call(who, {
      method,
      path,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(answer.body || '{}') as Json };
  }

  /** Memory that the API holds, in MB; undefined where the system does not tell. */
  rssMb(): number | undefined {
    try {
      const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.api.pid}/status`, 'utf8'))?.[1];
      return kb === undefined ? undefined : Number(kb) / 1024;
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.api.kill(), this.worker?.kill()]);
    await Promise.all([this.simulator?.kill('SIGKILL'), this.redis.stop()]);
  }
}

/** A JSON object of an answer. */
export type Json = Readonly<Record<string, unknown>>;
