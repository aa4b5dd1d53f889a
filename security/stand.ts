import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AppProcess, checkoutDir, type OwnRedis, spawnApp, startRedis } from '@reprice/testkit/processes';
import { sourcesOfStand } from './hostile/source-requests.ts';
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
  /** Another gateway than the simulator. */
  readonly gatewayUrl?: string;
  readonly worker?: boolean;
}

/** What a process saw of itself since the last look, see watch.ts. */
export interface Watched {
  /** How late the event loop was, ms. */
  readonly late: { readonly p99Ms: number; readonly maxMs: number };
  /** The part of it in which it computed: what else the machine was at does not count. */
  readonly busy: { readonly p99Ms: number; readonly maxMs: number };
  /** A prototype of the language has members that it had not at the start. */
  readonly polluted: boolean;
}

/** As deploy/redis/users.acl has it, but that the tools of this suite may look in without a password. */
function aclFile(): string {
  const text = readFileSync(path.join(checkoutDir, 'deploy', 'redis', 'users.acl'), 'utf8');
  const hash = createHash('sha256').update(redisPassword).digest('hex');
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-acl-')), 'users.acl');
  const open = text.replace('user default off', 'user default on nopass ~* &* +@all');
  writeFileSync(file, open.replace('PUT_HERE_THE_SHA256_OF_THE_PASSWORD', hash));
  return file;
}

/** A source of each kind, so that its door is attacked too. */
function configFile(): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-config-')), 'reprice.config.mjs');
  writeFileSync(file, `export default ${JSON.stringify({ sources: sourcesOfStand })};\n`);
  return file;
}

/** No `__proto__`, and the watcher within: what the product runs with while it is attacked. */
const nodeOptions = `--disable-proto=throw --import=${path.join(import.meta.dirname, 'watch.ts')}`;

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
    const redis = await startRedis({ appendFsync: 'everysec', settings: { aclfile: aclFile() } });
    const simulator =
      options.gatewayUrl === undefined
        ? await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: gatewayKey }, { timeoutMs: 60_000 })
        : undefined;
    const env = {
      NODE_OPTIONS: nodeOptions,
      PORT: '0',
      REDIS_URL: `redis://reprice:${redisPassword}@127.0.0.1:${redis.port}`,
      GATEWAY_BASE_URL: options.gatewayUrl ?? (simulator?.url as string),
      GATEWAY_API_KEYS: gatewayKey,
      API_KEYS: Object.entries(secrets)
        .map(([scope, secret]) => `${scope}er:${scope}:${secret}`)
        .join(','),
      API_RATE_LIMIT_RPM: '0',
      RATE_LIMIT_RPM: '0',
      REPRICE_CONFIG: configFile(),
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

  /** What the API saw of itself since the last look. */
  async watched(process: AppProcess = this.api): Promise<Watched> {
    const before = process.logs.filter(({ msg }) => msg === 'watched').length;
    process.signal('SIGUSR2');
    const line = await process.logged(({ watched }) => (watched as { n: number } | undefined)?.n === before + 1);
    return line.watched as Watched;
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
