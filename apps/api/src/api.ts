import type { Config } from '@reprice/config';
import { GatewayClient } from '@reprice/gateway';
import { PackQueue } from '@reprice/queue';
import { Store } from '@reprice/store';
import { type Logger, onceEvery } from '@reprice/telemetry';
import { createApp } from './app.ts';
import { KeyRing } from './auth/keys.ts';
import { BatchDone } from './batch-done.ts';
import { connectRedis } from './redis.ts';
import { serve } from './server.ts';

/** Requests may take this long to finish after SIGTERM, in ms. */
const graceMs = 25_000;

/** Longest call to the gateway when it is only asked whether it is there, in ms. */
const gatewayCheckMs = 5000;

const sameErrorEveryMs = 10_000;

/** A running API. */
export interface RunningApi {
  readonly url: string;
  /** Takes no more requests, lets those under way finish, closes all connections. */
  stop(): Promise<void>;
}

/** Starts the API. It starts without Redis too, and answers 503 until Redis is there. Rejects when it cannot listen. */
export async function startApi(config: Config, logger: Logger): Promise<RunningApi> {
  const turn = onceEvery(sameErrorEveryMs);
  const onError = (error: Error): void => {
    const mine = turn(error.message);
    if (mine) logger.error({ err: error, suppressed: mine.suppressed }, 'Redis connection');
  };
  const redis = connectRedis(config.redisUrl, onError);
  const store = new Store(redis, { timeZone: config.budget.timezone });
  const queue = new PackQueue({ connection: redis, maxJobs: config.queueMaxJobs });
  queue.bull.on('error', onError);
  const batchDone = new BatchDone(store, () => connectRedis(config.redisUrl, onError, { offlineQueue: true }));
  const gateway = new GatewayClient({
    baseUrl: config.gateway.baseUrl,
    apiKeys: config.gateway.apiKeys,
    timeoutMs: Math.min(config.gateway.timeoutMs, gatewayCheckMs),
    connections: 1,
  });

  // Each time Redis comes (back), perhaps with an empty disk: the budget must have a limit before anybody asks for it.
  const seed = (): void => {
    store.admission.seed(limitsOf(config)).catch(onError);
  };
  redis.on('ready', seed);
  if (redis.status === 'ready') seed();

  const app = createApp({
    store,
    queue,
    batchDone,
    keys: new KeyRing(config.apiKeys),
    logger,
    clock: Date.now,
    strategies: new Set(Object.keys(config.strategies)),
    packSize: config.packSize,
    host: config.host,
    checkGateway: () => gateway.check(),
  });
  const close = (): void => {
    batchDone.close();
    redis.disconnect();
  };
  try {
    const server = await serve(app, config.host, config.port);
    return {
      url: server.url,
      async stop() {
        await server.stop(graceMs);
        close();
        await gateway.close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function limitsOf({ budget, rateLimit }: Config): Parameters<Store['admission']['seed']>[0] {
  return {
    dailyNanoUsd: { value: budget.dailyNanoUsd, stated: budget.explicit },
    rpm: { value: rateLimit.rpm, stated: rateLimit.explicit },
    tpm: { value: rateLimit.tpm, stated: rateLimit.explicit },
  };
}
