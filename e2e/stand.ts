import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type AppProcess,
  checkoutDir,
  type OwnRedis,
  spawnApp,
  startRedis,
  zoneAtNoon,
} from '@reprice/testkit/processes';

/** The keys of the stand, by scope. */
export const secrets = { read: 'e2e-read-secret', write: 'e2e-write-secret', admin: 'e2e-admin-secret' } as const;

/** Reprice as a team runs it: API, worker and simulator as processes, on a Redis of their own. */
export interface Stand {
  readonly url: string;
  /** The simulator's base URL as a gateway. */
  readonly gatewayUrl: string;
  readonly redis: OwnRedis;
  readonly worker: AppProcess;
  /** Calls the API with the admin key; throws what it answers if that is no success. */
  call(path: string, init?: RequestInit): Promise<Record<string, unknown>>;
  /** Sets the faults of the gateway: `{}` = none. */
  faults(faults: object): Promise<void>;
  stop(): Promise<void>;
}

/** The sample catalogue, as it lies in the checkout. */
export const catalogueFile = path.join(checkoutDir, 'catalogue', 'sample.csv');

/** Starts a stand. `env` is for API and worker. */
export async function startStand(env: Readonly<Record<string, string>> = {}): Promise<Stand> {
  const [redis, simulator] = await Promise.all([
    startRedis({ appendFsync: 'everysec' }),
    spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: 'sk-e2e' }, { timeoutMs: 60_000 }),
  ]);
  const common = {
    REDIS_URL: redis.url,
    GATEWAY_BASE_URL: simulator.url,
    GATEWAY_API_KEYS: 'sk-e2e',
    RATE_LIMIT_RPM: '6000',
    BUDGET_TIMEZONE: zoneAtNoon(),
    REPRICE_CONFIG: path.join(import.meta.dirname, 'reprice.config.ts'),
    LOG_LEVEL: 'warn',
    ...env,
  };
  const names = { read: 'guest', write: 'shop', admin: 'ops' };
  const keys = Object.entries(secrets).map(
    ([scope, secret]) => `${names[scope as keyof typeof names]}:${scope}:${secret}`,
  );
  const [api, worker] = await Promise.all([
    spawnApp('api', { ...common, PORT: '0', API_KEYS: keys.join(',') }, { timeoutMs: 60_000 }),
    spawnApp('worker', common, { timeoutMs: 60_000 }),
  ]);
  return {
    url: api.url,
    gatewayUrl: simulator.url,
    redis,
    worker,
    async call(to, init = {}) {
      const headers = { authorization: `Bearer ${secrets.admin}`, 'content-type': 'application/json', ...init.headers };
      const response = await fetch(api.url + to, { ...init, headers });
      const body = (await response.json()) as Record<string, unknown>;
      if (!response.ok) throw new Error(`${to}: ${response.status} ${JSON.stringify(body)}`);
      return body;
    },
    async faults(faults) {
      const response = await fetch(new URL('/faults', simulator.url), { method: 'PUT', body: JSON.stringify(faults) });
      if (!response.ok) throw new Error(`The simulator takes no such faults: ${await response.text()}`);
    },
    async stop() {
      await Promise.all([api, worker, simulator].map((app) => app.kill('SIGKILL')));
      await redis.stop();
    },
  };
}

/** Submits a CSV and waits until the batch is done. */
export async function submitAndWait(stand: Stand, csv: string, query = ''): Promise<string> {
  const headers = { 'content-type': 'text/csv' };
  const { id } = await stand.call(`/v1/batches${query}`, { method: 'POST', body: csv, headers });
  await until(`batch ${id} is done`, async () => (await stand.call(`/v1/batches/${id}`)).status === 'done');
  return String(id);
}

/** The text of the sample catalogue. */
export function sampleCatalogue(): string {
  return readFileSync(catalogueFile, 'utf8');
}

const lookMs = 100;
const untilMs = 60_000;

/** Waits until something holds; throws if it takes a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + untilMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`Not within ${untilMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
