import type { Config } from '@reprice/config';
import { GatewayClient } from '@reprice/gateway';
import { PackQueue, PackWorker } from '@reprice/queue';
import { Store } from '@reprice/store';
import { type Logger, onceEvery } from '@reprice/telemetry';
import { Redis } from 'ioredis';
import { guardRun } from './pipeline/guard-run.ts';
import { RateLimitStreak } from './pipeline/rate-limit-streak.ts';
import type { Tools } from './pipeline/tools.ts';
import { StagedRecovery } from './staged-recovery.ts';

const RECONNECT_CAP_MS = 2000;
/** A reservation outlives its call by this much before it counts as lost. */
const LEASE_MARGIN_MS = 60_000;
const SAME_ERROR_EVERY_MS = 10_000;

/** A running worker. */
export interface RunningWorker {
  /** Takes no more packs; resolves with whether those in flight ended within `deadlineMs`. */
  stop(deadlineMs: number): Promise<boolean>;
}

/** Starts one process of the pool. Throws when Redis or the configuration cannot be used. */
export async function startWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const turn = onceEvery(SAME_ERROR_EVERY_MS);
  const onError = (error: Error): void => {
    const mine = turn(error.message);
    if (mine) log.error({ err: error, suppressed: mine.suppressed }, 'error');
  };
  const connect = (): Redis => {
    const redis = new Redis(config.redisUrl, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * 200, RECONNECT_CAP_MS),
    });
    return redis.on('error', onError);
  };
  const redis = connect();
  const store = new Store(redis, {
    timeZone: config.budget.timezone,
    leaseMs: config.gateway.timeoutMs + LEASE_MARGIN_MS,
  });
  const queue = new PackQueue({ connection: redis, maxJobs: config.queueMaxJobs });
  const { baseUrl, apiKeys, timeoutMs, model } = config.gateway;
  const gateway = new GatewayClient({ baseUrl, apiKeys, timeoutMs, connections: config.workerConcurrency });

  const { dailyNanoUsd, explicit } = config.budget;
  const { rpm, tpm } = config.rateLimit;
  const stated = config.rateLimit.explicit;
  await store.admission.seed({
    dailyNanoUsd: { value: dailyNanoUsd, stated: explicit },
    rpm: { value: rpm, stated },
    tpm: { value: tpm, stated },
  });

  const tools: Tools = {
    store,
    queue,
    gateway,
    strategies: config.strategies,
    models: config.models,
    model,
    budgetExhausted: config.budget.exhausted,
    rateLimits: new RateLimitStreak(),
    alarm: (fields, message) => log.error(fields, message),
    nowMs: Date.now,
  };
  const workerRedis = connect();
  const worker = new PackWorker({
    connection: workerRedis,
    concurrency: config.workerConcurrency,
    rpm: (await store.admission.rateLimits()).rpm,
    process: (run) => guardRun(tools, run),
    rest: (ms) => queue.rest(ms),
    onError,
  });
  const recovery = new StagedRecovery(store, queue, onError);
  worker.start();
  recovery.start();

  return {
    async stop(deadlineMs) {
      recovery.stop();
      const drained = await worker.stop(deadlineMs);
      if (drained) await gateway.close();
      workerRedis.disconnect();
      redis.disconnect();
      return drained;
    },
  };
}
