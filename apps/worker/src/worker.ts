import type { Config } from '@reprice/config';
import { GatewayClient } from '@reprice/gateway';
import { PackQueue, type PackRun, PackWorker, type Verdict } from '@reprice/queue';
import { Store } from '@reprice/store';
import { type Logger, onceEvery } from '@reprice/telemetry';
import { Redis } from 'ioredis';
import { guardRun } from './pipeline/guard-run.ts';
import { RateLimitStreak } from './pipeline/rate-limit-streak.ts';
import { RetryBudget } from './pipeline/retry-budget.ts';
import type { Tools } from './pipeline/tools.ts';
import { StagedRecovery } from './staged-recovery.ts';

const RECONNECT_CAP_MS = 2000;
/** A reservation outlives its call by this much before it counts as lost. */
const LEASE_MARGIN_MS = 60_000;
const SAME_ERROR_EVERY_MS = 10_000;

/** The two phases of a shutdown, in ms after it began. */
export interface ShutdownTimes {
  /** Until then packs in flight may finish; then their calls are ended and they go back to their place. */
  readonly finishMs: number;
  /** Then the process leaves, whatever still runs. */
  readonly leaveMs: number;
}

/** Runs one pack. */
export type RunPack = (tools: Tools, run: PackRun) => Promise<Verdict>;

/** What a test may put around the parts of a worker, such as a crash at a certain point. */
export interface WorkerSeam {
  readonly decorate?: (tools: Tools) => Tools;
  readonly run?: (next: RunPack) => RunPack;
}

/** A running worker. */
export interface RunningWorker {
  /** Takes no more packs, lets those in flight finish or go back, and resolves with the job ids of those that did neither. */
  stop(times: ShutdownTimes): Promise<readonly string[]>;
}

/** Starts one process of the pool. Throws when Redis or the configuration cannot be used. */
export async function startWorker(config: Config, log: Logger, seam: WorkerSeam = {}): Promise<RunningWorker> {
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

  const stopping = new AbortController();
  const plainTools: Tools = {
    store,
    queue,
    gateway,
    strategies: config.strategies,
    models: config.models,
    model,
    budgetExhausted: config.budget.exhausted,
    rateLimits: new RateLimitStreak(),
    retries: new RetryBudget(),
    alarm: (fields, message) => {
      const mine = turn(message);
      if (mine) log.error({ ...fields, suppressed: mine.suppressed }, message);
    },
    nowMs: Date.now,
    stopping: stopping.signal,
  };
  const tools = seam.decorate?.(plainTools) ?? plainTools;
  const runPack = seam.run?.(guardRun) ?? guardRun;
  const workerRedis = connect();
  const worker = new PackWorker({
    connection: workerRedis,
    concurrency: config.workerConcurrency,
    rpm: (await store.admission.rateLimits()).rpm,
    process: (run) => runPack(tools, run),
    rest: (ms) => queue.rest(ms),
    onError,
  });
  const recovery = new StagedRecovery(store, queue, onError);
  worker.start();
  recovery.start();

  return {
    async stop({ finishMs, leaveMs }) {
      recovery.stop();
      let drained = await worker.stop(finishMs);
      if (!drained) {
        log.warn({ jobIds: worker.running() }, 'ending the calls in flight, their packs go back to their place');
        stopping.abort();
        drained = await worker.stop(leaveMs - finishMs);
      }
      if (drained) await gateway.close();
      workerRedis.disconnect();
      redis.disconnect();
      return drained ? [] : worker.running();
    },
  };
}
