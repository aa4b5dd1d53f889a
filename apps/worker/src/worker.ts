import type { Config } from '@reprice/config';
import { GatewayClient } from '@reprice/gateway';
import { connectRedis, evictionWatch, repeat, serveMetricsPort, untilFit } from '@reprice/process';
import { LOCK_MS, PackQueue, PackWorker } from '@reprice/queue';
import { type LedgerState, Store } from '@reprice/store';
import { type Logger, onceEvery, withoutNumbers } from '@reprice/telemetry';
import { startTracing } from '@reprice/telemetry/tracing';
import type { Redis } from 'ioredis';
import { ClockCorrection } from './clock.ts';
import { DirtyPacker } from './dirty-packer.ts';
import { FetchGate } from './fetch-gate.ts';
import { KeyHold } from './key-hold.ts';
import { keySharing, watchKeys } from './key-watch.ts';
import { withLanding } from './landing.ts';
import { ledgerWatch } from './ledger-watch.ts';
import { WorkerLiveness } from './liveness.ts';
import { WorkerMetrics } from './metrics.ts';
import { answerersNow } from './packed-apart.ts';
import { guardRun } from './pipeline/guard-run.ts';
import { tellAll } from './pipeline/observer.ts';
import { RateLimitStreak } from './pipeline/rate-limit-streak.ts';
import { RetryBudget } from './pipeline/retry-budget.ts';
import { ShadowCalls, shadowsBeside } from './pipeline/shadow-calls.ts';
import type { Tools } from './pipeline/tools.ts';
import { policyWatch } from './policy-watch.ts';
import { Presence } from './presence.ts';
import { type RunPack, withQuarantine } from './quarantine.ts';
import { RedisHold } from './redis-hold.ts';
import { RoutesWatch } from './routes-watch.ts';
import { RunNotes } from './run-notes.ts';
import { StagedRecovery } from './staged-recovery.ts';
import { StatsFlush } from './stats-flush.ts';
import { tracedRun, tracedTools } from './traced.ts';

/** A reservation outlives its call by this much before it counts as lost; one that is settled later still is corrected. */
const LEASE_MARGIN_MS = 15_000;
/** Longer than BullMQ's longest wait for a job, 10 s. */
const SILENCE_MS = 12_000;
const SAME_ERROR_EVERY_MS = 10_000;

/** The two phases of a shutdown, in ms after it began. */
export interface ShutdownTimes {
  /** Until then packs in flight may finish; then their calls are ended and they go back to their place. */
  readonly finishMs: number;
  /** Then the process leaves, whatever still runs. */
  readonly leaveMs: number;
}

/** What a test may put around the parts of a worker, such as a crash at a certain point. */
export interface WorkerSeam {
  readonly decorate?: (tools: Tools) => Tools;
  readonly run?: (next: RunPack) => RunPack;
  /** How long a job is a process's own without a sign of life, ms. */
  readonly lockMs?: number;
}

/** A running worker. */
export interface RunningWorker {
  /** Where its metrics are; absent without METRICS_PORT. */
  readonly metricsUrl?: string;
  /** Takes no more packs, lets those in flight finish or go back, and resolves with the job ids of those that did neither. */
  stop(times: ShutdownTimes): Promise<readonly string[]>;
}

/** Starts one process of the pool, as soon as Redis takes writes. Throws when Redis or the configuration cannot be used. */
export async function startWorker(config: Config, log: Logger, seam: WorkerSeam = {}): Promise<RunningWorker> {
  const turn = onceEvery(SAME_ERROR_EVERY_MS);
  const mayLog = (message: string) => turn(withoutNumbers(message));
  const onError = (error: Error): void => {
    const mine = mayLog(error.message);
    if (mine) log.error({ err: error, suppressed: mine.suppressed }, 'an error of Redis or the queue');
  };
  const alarm: Tools['alarm'] = (fields, message) => {
    const mine = mayLog(`${message} ${fields.err instanceof Error ? fields.err.message : ''}`);
    if (mine) log.error({ ...fields, suppressed: mine.suppressed }, message);
  };
  const connections: Redis[] = [];
  const connect = (): Redis => {
    const redis = connectRedis(config.redisUrls, { silenceMs: SILENCE_MS, onError });
    connections.push(redis);
    return redis;
  };
  const redis = connect();
  const store = new Store(redis, {
    timeZone: config.budget.timezone,
    leaseMs: config.gateway.timeoutMs + LEASE_MARGIN_MS,
    now: () => Date.now(),
  });
  const health = () => store.health();
  const untilRedisFits = () => untilFit(health, (detail) => alarm({ detail }, 'Redis takes no writes: waiting for it'));
  await untilRedisFits();
  const clock = new ClockCorrection(redis, (offsetMs) =>
    log.warn({ offsetMs }, "this machine's clock differs from that of Redis: times are corrected by it"),
  );
  await clock.measure();
  let ledger = await openLedger(store, config, onError);
  while (!ledger) {
    await untilRedisFits();
    ledger = await openLedger(store, config, onError);
  }

  const queue = new PackQueue({ connection: redis, maxJobs: config.queueMaxJobs });
  const { baseUrl, apiKeys, timeoutMs, model } = config.gateway;
  const gateway = new GatewayClient({
    baseUrl,
    apiKeys,
    timeoutMs,
    connections: config.workerConcurrency + shadowsBeside(config.workerConcurrency),
    ...keySharing(store.gatewayKeys, log, onError),
  });
  const keyWatch = watchKeys(config.gateway, store.gatewayKeys, gateway, log, onError);
  await keyWatch.start();
  const metrics = new WorkerMetrics(config.gateway.model);
  const statsFlush = new StatsFlush(store.stats, () => Date.now());
  const routes = new RoutesWatch(store.routes, { models: config.models, alarm, nowMs: () => Date.now() });
  await routes.look().catch(onError);
  const shadow = new ShadowCalls(config.workerConcurrency);
  const stopping = new AbortController();
  const plainTools: Tools = {
    store,
    queue,
    gateway,
    strategies: config.strategies,
    models: config.models,
    model,
    callTimeoutMs: timeoutMs,
    budgetExhausted: config.budget.exhausted,
    routes,
    shadow,
    rateLimits: new RateLimitStreak(),
    retries: new RetryBudget(),
    observe: tellAll([statsFlush, metrics.observer], onError),
    keysLost: () => keyHold.lost(),
    alarm,
    nowMs: () => Date.now(),
    stopping: stopping.signal,
  };
  const decorated = seam.decorate?.(plainTools) ?? plainTools;
  const onUntold = (err: Error): void => alarm({ err }, 'traces could not be sent');
  const tracing = config.tracing && (await startTracing({ process: 'worker', ...config.tracing, onError: onUntold }));
  const tools = tracing ? tracedTools(decorated, tracing) : decorated;
  const { lockMs = LOCK_MS } = seam;
  const presence = new Presence(store, connect(), onError);
  // A sign of life counts for less time than a lock: the packs of a dead process run again when it is known to be dead.
  const notes = new RunNotes(store.runs, presence.self.id);
  const guarded = withLanding(withQuarantine(seam.run?.(guardRun) ?? guardRun, notes, lockMs / 3));
  const worker: PackWorker = new PackWorker({
    connection: connect(),
    concurrency: config.workerConcurrency,
    rpm: ledger.rpm,
    process: (pack) => {
      liveness.started();
      return run(tools, pack);
    },
    rest: (ms) => queue.rest(ms),
    onError: (error) => {
      onError(error);
      redisHold.tell(error);
    },
    lockMs,
  });
  const gate = new FetchGate({ hold: () => worker.hold(), release: () => worker.release(), onError });
  const keyHold = new KeyHold({
    gate,
    keysLeft: () => gateway.keysLeft,
    onHeld: () => log.error('no gateway key of this worker can be used: it takes no packs, others go on'),
    onReleased: () => log.info('a gateway key may be used again: taking packs'),
  });
  const measured = metrics.around(keyHold.around(guarded));
  const run = tracing ? tracedRun(measured, tracing) : measured;
  const redisHold = new RedisHold({
    gate,
    health,
    onHeld: (detail) => alarm({ detail }, 'Redis refuses commands: taking no packs until it takes writes again'),
    onReleased: () => log.info('Redis takes writes again'),
  });
  const liveness = new WorkerLiveness(async () => {
    const isFull = worker.running().length >= config.workerConcurrency;
    if (isFull || gate.heldBecause.size > 0) return { waiting: true, keptBack: true };
    const standing = await queue.standing(worker.startsAtOnce);
    if (!standing.waiting || standing.keptBack) return standing;
    return { waiting: true, keptBack: (await store.admission.budget()).closed !== undefined };
  });
  metrics.watch({
    concurrency: config.workerConcurrency,
    running: () => worker.running().length,
    heldBecause: () => gate.heldBecause,
    isRedisUp: () => redis.status === 'ready',
    isAlive: () => liveness.state().ok,
  });
  const server = await serveMetricsPort(config, metrics.registry, () => liveness.state());
  const chores = [
    liveness.chore(),
    presence.chore(),
    notes.chore(),
    statsFlush.chore(),
    routes.chore(),
    shadow.chore(),
    ledgerWatch(store, { setRpm: (rpm) => worker.setRpm(rpm), endRest: () => queue.endRest() }, alarm),
    new StagedRecovery(store, queue, onError),
    new DirtyPacker(
      store.dirty,
      queue,
      config.packSize,
      () => alarm({}, 'repricing from observations waits for a feed that is behind: see `reprice feeds`'),
      answerersNow(store.snapshots, config.strategies, config.packSize, () => routes.canary),
    ),
    policyWatch(store.policies, {
      processId: presence.self.id,
      strategies: config.strategies,
      model,
      onDiffering: (strategies) =>
        log.warn(
          { strategies },
          'workers price by different versions of these: nothing is repriced for it until they agree',
        ),
    }),
    evictionWatch(health, alarm),
    clock.chore(),
  ];
  worker.start();
  const endChores = repeat(chores, onError);

  return {
    ...(server && { metricsUrl: `${server.url}/metrics` }),
    async stop({ finishMs, leaveMs }) {
      keyHold.close();
      redisHold.close();
      const [isFinished, hasNoShadow] = await Promise.all([worker.stop(finishMs), shadow.stop(finishMs)]);
      let drained = isFinished;
      if (!isFinished || !hasNoShadow) {
        const jobIds = worker.running();
        log.warn({ jobIds }, 'ending the calls in flight, their packs go back to their place');
        stopping.abort();
        [drained] = await Promise.all([worker.stop(leaveMs - finishMs), shadow.stop(leaveMs - finishMs)]);
      }
      endChores();
      keyWatch.stop();
      if (drained) await gateway.close();
      await statsFlush.last();
      await tracing?.stop();
      await presence.leave();
      await server?.close();
      for (const connection of connections) connection.disconnect();
      return drained ? [] : worker.running();
    },
  };
}

/** Puts the configured limits into Redis; undefined when it refuses at this very moment. */
async function openLedger(
  store: Store,
  config: Config,
  onError: (error: Error) => void,
): Promise<LedgerState | undefined> {
  const { dailyNanoUsd, explicit } = config.budget;
  const { rpm, tpm, explicit: stated } = config.rateLimit;
  try {
    await store.admission.seed({
      dailyNanoUsd: { value: dailyNanoUsd, stated: explicit },
      rpm: { value: rpm, stated },
      tpm: { value: tpm, stated },
    });
    return await store.admission.tick();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ReplyError')) throw error;
    onError(error);
    return undefined;
  }
}
