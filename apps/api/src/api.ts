import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, resolveHost } from '@reprice/config';
import { GatewayClient } from '@reprice/gateway';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { type Logger, onceEvery } from '@reprice/telemetry';
import { startTracing } from '@reprice/telemetry/tracing';
import { createApp } from './app.ts';
import { KeyRing } from './auth/keys.ts';
import { BatchDone } from './batch-done.ts';
import type { ApiDeps } from './deps.ts';
import { EventHub } from './events/hub.ts';
import { EvictionGuard } from './eviction.ts';
import { OpenBatches } from './intake/open-batches.ts';
import { watchKeys } from './key-watch.ts';
import { ApiMetrics } from './metrics/api-metrics.ts';
import { connectRedis } from './redis.ts';
import { type ListeningServer, serve } from './server.ts';
import { StatsSource } from './stats/stats-source.ts';
import { requireFitRedis } from './unfit-redis.ts';
import { within } from './within.ts';

/** Requests may take this long to finish after SIGTERM, in ms; who waits for a job is told a little earlier that it is not done. */
const graceMs = 25_000;
const releaseMs = graceMs - 1000;

/** What is done after the last request may take this long, in ms. */
const tidyMs = 1500;

/** Longest call to the gateway when it is only asked whether it is there, in ms. */
const gatewayCheckMs = 5000;

/** How often the ledger is looked at, in ms. */
const tickMs = 1000;

const sameErrorEveryMs = 10_000;

/** A queue whose first look at Redis failed is made anew after this long, in ms. */
const newQueueMs = 500;

/** A running API. */
export interface RunningApi {
  readonly url: string;
  /** Is not ready and takes no more connections at once, lets requests under way finish, closes all connections. */
  stop(): Promise<void>;
}

/**
 * Starts the API. It starts without Redis too, and answers 503 until Redis is there. Rejects with an UnfitRedisError when Redis is there and
 * may throw work away, and with a StartError when it cannot listen.
 */
export async function startApi(config: Config, logger: Logger): Promise<RunningApi> {
  const turn = onceEvery(sameErrorEveryMs);
  const onError = (error: Error): void => {
    const mine = turn(error.message);
    if (mine) logger.error({ err: error, suppressed: mine.suppressed }, 'Redis connection');
  };
  const redis = connectRedis(config.redisUrls, onError);
  const store = new Store(redis, { timeZone: config.budget.timezone, rates: config.rates });
  try {
    await requireFitRedis(redis, store);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const batchDone = new BatchDone(store, () => connectRedis(config.redisUrls, onError, { offlineQueue: true }));
  const openBatches = new OpenBatches(store.batches);
  const gateway = new GatewayClient({
    baseUrl: config.gateway.baseUrl,
    apiKeys: config.gateway.apiKeys,
    timeoutMs: Math.min(config.gateway.timeoutMs, gatewayCheckMs),
    connections: 1,
  });
  const keyWatch = watchKeys(config.gateway, store, gateway, logger);
  void keyWatch.start();

  // Each time Redis comes (back), perhaps with an empty disk: the budget must have a limit before anybody asks for it.
  const seed = (): void => {
    store.admission.seed(limitsOf(config)).catch(onError);
  };
  redis.on('ready', seed);
  if (redis.status === 'ready') seed();
  // Remembers the ledger, so that an emptied Redis is noticed also while no worker runs.
  const ticking = setInterval(() => {
    if (redis.status === 'ready') store.admission.tick().catch(onError);
  }, tickMs);

  const stats = new StatsSource(store, () => queue);
  const connect = (commandTimeoutMs: number) => connectRedis(config.redisUrls, onError, { commandTimeoutMs });
  const events = new EventHub({ store, stats, connect });

  const onUntold = (err: Error): void => {
    const mine = turn(err.message);
    if (mine) logger.error({ err, suppressed: mine.suppressed }, 'traces could not be sent');
  };
  const tracing = config.tracing && (await startTracing({ process: 'api', ...config.tracing, onError: onUntold }));

  let isStopping = false;
  const deps: Omit<ApiDeps, 'queue'> = {
    store,
    batchDone,
    openBatches,
    stats,
    events,
    eviction: new EvictionGuard(store),
    keys: new KeyRing(config.apiKeys),
    requestLimit: { rpm: config.apiRateLimitRpm, redis },
    logger,
    metrics: new ApiMetrics(),
    ...(tracing && { tracing }),
    clock: Date.now,
    strategies: new Set(Object.keys(config.strategies)),
    packSize: config.packSize,
    callTerms: { strategies: config.strategies, models: config.models, model: config.gateway.model },
    canary: config.canary,
    feeds: Object.keys(config.feeds),
    sinks: Object.keys(config.sinks),
    sources: config.sources,
    quarantine: config.quarantine,
    resolveHost,
    host: config.host,
    checkGateway: () => gateway.check(),
    gatewayKeys: () => gateway.keys.map((key) => key.id),
    isStopping: () => isStopping,
  };

  // A queue looks at Redis once, when it is made; if that fails, it fails for ever, and another one is needed.
  let app: RequestListener;
  let queue: PackQueue;
  const renewApp = (): void => {
    queue = new PackQueue({ connection: redis, maxJobs: config.queueMaxJobs, onError });
    app = createApp({ ...deps, queue });
    queue.bull.waitUntilReady().catch(async (error: Error) => {
      if (isStopping) return;
      onError(error);
      await queue.close().catch(() => undefined);
      await sleep(newQueueMs);
      if (!isStopping) renewApp();
    });
  };
  renewApp();

  const close = (): void => {
    clearInterval(ticking);
    keyWatch.stop();
    batchDone.close();
    redis.disconnect();
  };
  let server: ListeningServer;
  try {
    server = await serve((req, res) => app(req, res), config.host, config.port);
  } catch (error) {
    isStopping = true;
    close();
    throw error;
  }
  return {
    url: server.url,
    async stop() {
      isStopping = true;
      events.close();
      const releasing = setTimeout(() => batchDone.release(), releaseMs);
      await server.stop(graceMs);
      clearTimeout(releasing);
      await within(tidyMs, openBatches.close(), undefined);
      await tracing?.stop();
      close();
      await within(tidyMs, gateway.close(), undefined);
    },
  };
}

function limitsOf({ budget, rateLimit }: Config): Parameters<Store['admission']['seed']>[0] {
  return {
    dailyNanoUsd: { value: budget.dailyNanoUsd, stated: budget.explicit },
    rpm: { value: rateLimit.rpm, stated: rateLimit.explicit },
    tpm: { value: rateLimit.tpm, stated: rateLimit.explicit },
  };
}
