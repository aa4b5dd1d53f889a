import { setTimeout as sleep } from 'node:timers/promises';
import { type Priority, priorities } from '@reprice/pricing';
import { type ConnectionOptions, Job, Queue } from 'bullmq';
import { ATTEMPTS } from './backoff.ts';
import { jobId, jobName, type PackJob, packJobSchema, priorityNumber, priorityOf } from './pack-job.ts';
import { purge } from './purge.ts';
import { type QueueDepth, queueDepth } from './queue-depth.ts';
import { type Requeued, requeue } from './requeue.ts';
import { type Room, roomFor } from './room.ts';

/** The name of the queue, in Redis and in Bull Board. */
export const QUEUE_NAME = 'reprice';

/** BullMQ's prefix of a namespace: one hash tag, so that a script's keys lie in one slot. */
export const queuePrefix = (namespace: string): string => `{${namespace}:0}`;

/** How a PackQueue is made. */
export interface PackQueueOptions {
  /** An ioredis connection, or how to make one. */
  readonly connection: ConnectionOptions;
  readonly namespace?: string;
  /** Past this many waiting jobs there is no room, for less urgent work past a part of it (room.ts); 1,000,000 unless stated. */
  readonly maxJobs?: number;
  /** Errors of the connection in the background; nobody hears them unless stated, since the connection's owner has them too. */
  readonly onError?: (error: Error) => void;
}

/** A job as the API shows it. */
export interface JobView {
  readonly id: string;
  readonly state: string;
  readonly priority: Priority;
  readonly pack: PackJob;
  readonly attemptsMade: number;
  readonly failedReason?: string;
}

/** Jobs a call of addBulk: larger calls hold the event loop for longer and win nothing. */
const ADD_AT_ONCE = 1000;
/** A broken connection leaves a part of a bulk stored; derived ids make it safe to send the whole again. */
const ADD_TRIES = 5;
const ADD_RETRY_MS = 200;
const LONGEST_REST_MS = 60_000;

/** The queue of packs. */
export class PackQueue {
  /** For Bull Board. */
  readonly bull: Queue;
  readonly #maxJobs: number;

  constructor(options: PackQueueOptions) {
    this.#maxJobs = options.maxJobs ?? 1_000_000;
    this.bull = new Queue(QUEUE_NAME, {
      connection: options.connection,
      prefix: queuePrefix(options.namespace ?? 'reprice'),
      defaultJobOptions: { attempts: ATTEMPTS, backoff: { type: 'gateway' }, stackTraceLimit: 0 },
      streams: { events: { maxLen: 1000 } },
    });
    this.bull.on('error', options.onError ?? (() => {}));
  }

  /**
   * Puts packs into the queue; any of them that is there already stays as it is. Throws when Redis refuses five times.
   *
   * @param startsAtMs they run at this moment and not before, ms since 1970; absent: as soon as it is their turn
   */
  async enqueue(packs: readonly PackJob[], priority: Priority, startsAtMs?: number): Promise<void> {
    const delay = startsAtMs === undefined ? 0 : Math.max(0, startsAtMs - Date.now());
    for (let from = 0; from < packs.length; from += ADD_AT_ONCE) {
      const jobs = packs.slice(from, from + ADD_AT_ONCE).map((data) => ({
        name: jobName(priority, data.skus),
        data,
        opts: { jobId: jobId(data), priority: priorityNumber(priority), ...(delay > 0 && { delay }) },
      }));
      for (let tries = 1; ; tries++) {
        try {
          await this.bull.addBulk(jobs);
          break;
        } catch (error) {
          if (tries === ADD_TRIES) throw error;
          await sleep(ADD_RETRY_MS * tries);
        }
      }
    }
  }

  /** Puts a job that ended, or that is gone, into the queue again; says `active` and does nothing while a worker has it. */
  async requeue(id: string, pack: PackJob, priority: Priority): Promise<Requeued> {
    return await requeue(this.bull, id, pack, priority);
  }

  /** Waiting jobs by priority. */
  async waiting(): Promise<Record<Priority, number>> {
    const counts = await this.bull.getCountsPerPriority(priorities.map(priorityNumber));
    const waiting = priorities.map((priority): [Priority, number] => [priority, counts[priorityNumber(priority)] ?? 0]);
    return Object.fromEntries(waiting) as Record<Priority, number>;
  }

  /** How many jobs the queue takes. */
  get maxJobs(): number {
    return this.#maxJobs;
  }

  /** How deep the queue is, and since when its next jobs wait. */
  async depth(): Promise<QueueDepth> {
    return await queueDepth(this.bull);
  }

  /** How full the queue is for work of a priority. */
  async room(priority: Priority): Promise<Room> {
    const counts = await this.bull.getJobCounts('prioritized', 'waiting', 'delayed');
    const jobs = Object.values(counts).reduce((sum, n) => sum + n, 0);
    return roomFor(priority, jobs, this.#maxJobs);
  }

  /** Whether the queue takes more work of a priority. */
  async hasRoom(priority: Priority): Promise<boolean> {
    const { jobs, most } = await this.room(priority);
    return jobs < most;
  }

  /** Removes the waiting jobs of a batch; returns how many. */
  async purge(batchId: string): Promise<number> {
    return await purge(this.bull, batchId);
  }

  /** Lets no worker fetch anything for a while, a minute at most: then a pack asks again. A longer rest already there stands. */
  async rest(ms: number): Promise<void> {
    const restMs = Math.min(Math.ceil(ms), LONGEST_REST_MS);
    // Redis takes no expiry of 0 ms.
    if (restMs > 0 && (await this.bull.getRateLimitTtl()) < restMs) await this.bull.rateLimit(restMs);
  }

  /** Whether jobs wait, and whether something keeps all workers from them: a rest, the gate (of so many starts a window), a pause. */
  async standing(startsAtOnce: number): Promise<{ waiting: boolean; keptBack: boolean }> {
    const [counts, ttlMs, paused] = await Promise.all([
      this.bull.getJobCounts('prioritized', 'waiting'),
      this.bull.getRateLimitTtl(startsAtOnce),
      this.bull.isPaused(),
    ]);
    return { waiting: Object.values(counts).some((count) => count > 0), keptBack: ttlMs > 0 || paused };
  }

  /** Ends a rest: within a second packs ask admission again, which rests everybody anew if it has to. */
  async endRest(): Promise<void> {
    await this.bull.removeRateLimitKey();
  }

  /** A job that is waiting, running or kept, or undefined. */
  async job(id: string): Promise<JobView | undefined> {
    const job = await Job.fromId(this.bull, id);
    if (!job) return undefined;
    return {
      id,
      state: await job.getState(),
      priority: priorityOf(job.opts.priority),
      pack: packJobSchema.parse(job.data),
      attemptsMade: job.attemptsMade,
      ...(job.failedReason && { failedReason: job.failedReason }),
    };
  }

  async close(): Promise<void> {
    await this.bull.close();
  }
}
