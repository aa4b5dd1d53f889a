import type { Priority } from '@reprice/pricing';
import { type ConnectionOptions, DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { ATTEMPTS, backoffMs } from './backoff.ts';
import { limiterWindow } from './limiter.ts';
import { type PackJob, packJobSchema, priorityOf } from './pack-job.ts';
import { QUEUE_NAME, queuePrefix } from './pack-queue.ts';

/** How a run of a pack ended; mapped to BullMQ in this file alone. */
export type Verdict =
  /** Nothing is left to do. The summary is shown in Bull Board. */
  | { readonly kind: 'done'; readonly summary: string }
  /** Later, for no fault of the pack: everybody rests, the job keeps its place and its attempts. */
  | { readonly kind: 'snooze'; readonly restMs: number }
  /** Later, for no fault of the pack: it alone waits, others go on. It keeps its attempts. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** The call failed: costs an attempt. */
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs?: number }
  /** Back to its place at once, for no fault of the pack: this process leaves, another takes it. */
  | { readonly kind: 'return' }
  /** For good. */
  | { readonly kind: 'fail'; readonly reason: string };

/** What a run knows of its job. */
export interface PackRun {
  readonly jobId: string;
  readonly priority: Priority;
  readonly pack: PackJob;
  /** When the job was put into the queue, ms since 1970 of the clock of the process that did. */
  readonly createdAtMs: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Whether a retry after this run is out of attempts. */
  readonly lastAttempt: boolean;
  /** How often this job was taken from a process that no longer renewed its lock: it died, froze, or Redis was away. */
  readonly stalls: number;
}

/** How a PackWorker is made. */
export interface PackWorkerOptions {
  /** An ioredis connection with `maxRetriesPerRequest: null`. */
  readonly connection: ConnectionOptions;
  readonly namespace?: string;
  /** Runs at once in this process. */
  readonly concurrency: number;
  /** Requests a minute over all workers; 0 = no limit. */
  readonly rpm: number;
  readonly process: (run: PackRun) => Promise<Verdict>;
  /** Rests the whole queue. */
  readonly rest: (ms: number) => Promise<void>;
  readonly onError: (error: Error) => void;
  /** How long a job is ours without a sign of life, ms; `LOCK_MS` unless a test cannot wait that long. */
  readonly lockMs?: number;
}

/** A failed try that may be tried again. */
class RetryError extends Error {
  readonly code = 'retry';
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, retryAfterMs?: number) {
    super(reason);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * How long a job is a process's own without a sign of life, ms. It gives one, and looks for those of others that ran out, three times as
 * often: a killed worker's packs run again within 25 s.
 */
export const LOCK_MS = 15_000;
/** A stall is a crash of the process, not a fault of the pack: it must not fail the job by itself. */
const MAX_STALLED = 1000;
/** After an error of the connection BullMQ looks again after this, ms; its own 15 s would be felt. */
const LOOK_AFTER_ERROR_MS = 1000;
/** An idle worker hears of new jobs at once, but of jobs put back during a rest only when it looks again. */
const LOOK_AGAIN_SECONDS = 1;
/** A worker sleeps a rest out that it read, whatever becomes of it meanwhile: it looks again, since a limit may have been raised. */
const LOOK_DURING_REST_MS = 1000;
const KEEP_COMPLETED = 100;
const KEEP_FAILED_SECONDS = 30 * 24 * 3600;

/** Takes packs from the queue, `concurrency` at once. */
export class PackWorker {
  readonly #worker: Worker;
  readonly #running = new Set<string>();

  constructor(options: PackWorkerOptions) {
    const { process, rest, lockMs = LOCK_MS } = options;
    const takePack = async (job: Job, token?: string): Promise<string> => {
      const run: PackRun = {
        jobId: job.id ?? '',
        priority: priorityOf(job.opts.priority),
        pack: packJobSchema.parse(job.data),
        createdAtMs: job.timestamp,
        attempt: job.attemptsMade + 1,
        lastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? ATTEMPTS),
        stalls: job.stalledCounter,
      };
      this.#running.add(run.jobId);
      const verdict = await process(run).finally(() => this.#running.delete(run.jobId));
      switch (verdict.kind) {
        case 'done':
          return verdict.summary;
        case 'snooze':
          // If Redis does not even take that, the limiter's own window is rest enough; the job must not pay for it.
          await rest(verdict.restMs).catch(options.onError);
          throw Worker.RateLimitError();
        case 'wait':
          await job.moveToDelayed(Date.now() + verdict.waitMs, token).catch(options.onError);
          throw new DelayedError();
        case 'retry':
          throw new RetryError(verdict.reason, verdict.retryAfterMs);
        case 'return':
          // A job whose lock is lost has its place again already.
          await job.moveToWait(token).catch(options.onError);
          throw new WaitingError();
        case 'fail':
          throw new UnrecoverableError(verdict.reason);
      }
    };
    this.#worker = new Worker(QUEUE_NAME, takePack, {
      connection: options.connection,
      prefix: queuePrefix(options.namespace ?? 'reprice'),
      autorun: false,
      concurrency: options.concurrency,
      limiter: limiterWindow(options.rpm),
      maximumRateLimitDelay: LOOK_DURING_REST_MS,
      drainDelay: LOOK_AGAIN_SECONDS,
      runRetryDelay: LOOK_AFTER_ERROR_MS,
      lockDuration: lockMs,
      lockRenewTime: Math.ceil(lockMs / 3),
      stalledInterval: Math.ceil(lockMs / 3),
      maxStalledCount: MAX_STALLED,
      removeOnComplete: { count: KEEP_COMPLETED },
      removeOnFail: { age: KEEP_FAILED_SECONDS },
      settings: {
        backoffStrategy: (attemptsMade, _type, error) =>
          backoffMs(attemptsMade, error instanceof RetryError ? error.retryAfterMs : undefined),
      },
    });
    this.#worker.on('error', options.onError);
  }

  /** Begins to take packs. */
  start(): void {
    this.#worker.run().catch((error: unknown) => this.#worker.emit('error', error as Error));
  }

  /** Takes no packs until `release`, but one that it waits for already; those in flight go on. */
  async hold(): Promise<void> {
    await this.#worker.pause(true);
  }

  async release(): Promise<void> {
    await this.#worker.resume();
  }

  /** Sets the requests a minute that the gate in front of admission lets through, from the next pack on; 0 = no limit. */
  setRpm(rpm: number): void {
    this.#worker.opts.limiter = limiterWindow(rpm);
  }

  /** How many packs the gate lets all workers start in one window. */
  get startsAtOnce(): number {
    return this.#worker.opts.limiter?.max ?? Number.MAX_SAFE_INTEGER;
  }

  /** The ids of the jobs whose packs run in this process now. */
  running(): readonly string[] {
    return [...this.#running];
  }

  /** Takes no more packs and waits for those in flight, `deadlineMs` at most. True when all of them ended; may be called again. */
  async stop(deadlineMs: number): Promise<boolean> {
    const { promise: deadline, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(() => resolve(false), deadlineMs);
    const closed = this.#worker.close().then(() => true as const);
    try {
      return await Promise.race([closed, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}
