import { modelPrices } from '@reprice/gateway';
import { builtInStrategies, type RateTable } from '@reprice/pricing';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { endAfterTestFile, freshNamespace, testRedis, zoneAtNoon } from '@reprice/testkit';
import { createApp } from '../src/app.ts';
import { KeyRing } from '../src/auth/keys.ts';
import { BatchDone } from '../src/batch-done.ts';
import type { ApiDeps } from '../src/deps.ts';
import { EventHub } from '../src/events/hub.ts';
import { EvictionGuard } from '../src/eviction.ts';
import { OpenBatches } from '../src/intake/open-batches.ts';
import { ApiMetrics } from '../src/metrics/api-metrics.ts';
import { connectRedis } from '../src/redis.ts';
import { serve } from '../src/server.ts';
import { StatsSource } from '../src/stats/stats-source.ts';

/** The keys of the API under test, by scope. */
export const secrets = { read: 'read-secret-1', write: 'write-secret-1', admin: 'admin-secret-1' } as const;

/** The time zone of the budget days of the APIs of this test file. */
export const timeZone = zoneAtNoon();

/** What the contract promises of a 503 while Redis is away. */
export const REFUSED_WITHIN_MS = 2000;

/** One API in this process, on a namespace of its own. */
export interface ApiUnderTest {
  readonly url: string;
  readonly store: Store;
  readonly queue: PackQueue;
  /** All that was logged, one entry a line. */
  readonly logged: { level: string; message: string; fields: Record<string, unknown> }[];
  /** Calls it with the write key, unless headers say otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>;
  /** Posts a batch and returns status and body. */
  submit(
    body: NonNullable<RequestInit['body']>,
    type: string,
    query?: string,
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }>;
}

/** Starts an API on the Redis of the test run (or another), ended after the test file. */
export async function startApiUnderTest(
  options: Partial<ApiDeps> & { redisUrl?: string; maxJobs?: number; requestRpm?: number; rates?: RateTable } = {},
): Promise<ApiUnderTest> {
  const namespace = freshNamespace();
  const url = options.redisUrl ?? testRedis().url;
  // Nothing is ever wrong with the Redis of the test run: if it is slow, the machine is.
  const patience = options.redisUrl === undefined ? { commandTimeoutMs: 30_000 } : {};
  const redis = connectRedis([url], () => {}, patience);
  const store = new Store(redis, { namespace, timeZone, ...(options.rates && { rates: options.rates }) });
  const queue = new PackQueue({
    connection: redis,
    namespace,
    ...(options.maxJobs !== undefined && { maxJobs: options.maxJobs }),
  });
  queue.bull.on('error', () => {});
  const batchDone = new BatchDone(store, () => connectRedis([url], () => {}, { offlineQueue: true }));
  const logged: ApiUnderTest['logged'] = [];
  const log = (level: string) => (fields: object, message: string) => {
    logged.push({ level, message, fields: { ...fields } });
  };
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
  const stats = new StatsSource(store, () => queue);
  const connect = (commandTimeoutMs: number) => connectRedis([url], () => {}, { commandTimeoutMs });
  const events = new EventHub({ store, stats, connect });
  const app = createApp({
    store,
    queue,
    batchDone,
    openBatches: new OpenBatches(store.batches),
    stats,
    events,
    eviction: new EvictionGuard(store),
    requestLimit: { rpm: options.requestRpm ?? 1_000_000, redis },
    isStopping: () => false,
    keys: new KeyRing(
      Object.entries(secrets).map(([scope, secret]) => ({
        name: `${scope}er`,
        scope: scope as keyof typeof secrets,
        secret,
      })),
    ),
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    metrics: new ApiMetrics(),
    clock: Date.now,
    strategies: new Set(Object.keys(builtInStrategies)),
    packSize: 25,
    callTerms: { strategies: builtInStrategies, models: modelPrices, model: 'deepseek-v3.2' },
    canary: {},
    feeds: [],
    sinks: [],
    sources: {},
    quarantine: { alarmPercent: 5 },
    resolveHost: async () => ['93.184.215.14'],
    host: '127.0.0.1',
    gatewayKeys: () => [],
    checkGateway: async () => ({ ok: true, detail: 'the gateway answers' }),
    ...options,
  });
  const server = await serve(app, '127.0.0.1', 0);
  endAfterTestFile(async () => {
    events.close();
    await server.stop(0);
    batchDone.close();
    redis.disconnect();
  });
  const call = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${secrets.write}`);
    return fetch(server.url + path, { redirect: 'manual', ...init, headers });
  };
  return {
    url: server.url,
    store,
    queue,
    logged,
    call,
    async submit(body, type, query = '') {
      const response = await call(`/v1/batches${query}`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
        duplex: 'half',
      });
      return {
        status: response.status,
        body: (await response.json()) as Record<string, unknown>,
        headers: response.headers,
      };
    },
  };
}

/** A list of NDJSON answers. */
export async function lines(response: Response): Promise<Record<string, unknown>[]> {
  const text = await response.text();
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}
