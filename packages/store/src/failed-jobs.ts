import { type Priority, priorities } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { decodeFailure, encodeFailure, type Failure } from './failure.ts';
import type { Keys } from './keys.ts';
import { Script } from './script.ts';

/** A job whose rows fail: all that it takes to run it again. */
export interface FailingJob {
  readonly id: string;
  readonly batchId: string;
  readonly priority: Priority;
  readonly strategy: string;
  /** How often it was replayed before. */
  readonly replays: number;
  /** All SKUs of the job, those included that are priced. */
  readonly skus: readonly string[];
  /** Place of each SKU in its batch; one number when they follow each other from there. */
  readonly ordinals: number | readonly number[];
}

/** A job that failed and was not replayed since. */
export interface FailedJob extends FailingJob {
  /** A stable code, e.g. `gateway_failed`. */
  readonly reason: string;
  /** One sentence for a person. */
  readonly detail: string;
  /** When it failed, µs since 1970 of Redis' clock; no two jobs have the same. */
  readonly failedAtUs: number;
  /** As it stands in Redis, by which revive() knows that nothing came between. */
  readonly entry: string;
}

/** Which failed jobs; what is not stated does not matter. */
export interface FailedJobFilter {
  readonly reason?: string;
  readonly priority?: Priority;
  readonly batchId?: string;
  /** Failed at this moment of Redis' clock or later, ms since 1970. */
  readonly sinceMs?: number;
  /** Failed before this moment of Redis' clock, ms since 1970. */
  readonly beforeMs?: number;
}

/** A job that is on its way back into the queue. */
export type RevivedJob = FailingJob;

const READ_AT_ONCE = 500;
const KEPT_MS = 30 * 24 * 3600 * 1000;

const storedJob = z.object({
  batchId: z.string(),
  priority: z.enum(priorities),
  strategy: z.string(),
  replays: z.number().int().nonnegative(),
  skus: z.array(z.string()).min(1),
  ordinals: z.union([z.number().int().nonnegative(), z.array(z.number().int().nonnegative())]),
});
const storedFailure = storedJob.extend({ detail: z.string() });
const storedIntent = storedJob.extend({ id: z.string() });

/** The jobs that failed and what brings them back. */
export class FailedJobs {
  readonly #fail = new Script('fail');
  readonly #revive = new Script('revive');
  readonly #prune = new Script('prune-failed');
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;

  constructor(redis: Redis, keys: Keys, now: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * Settles rows of a job as failed and lists the job; returns how many rows were not settled before. Nothing is done when none was, or
   * when the batch no longer runs.
   */
  async fail(job: FailingJob, rows: readonly { ordinal: number; failure: Failure }[]): Promise<number> {
    const [first] = rows;
    if (!first) return 0;
    const k = this.#keys;
    const { id, batchId, priority, strategy, replays, skus, ordinals } = job;
    const { reason, detail } = first.failure;
    const entry = `${reason}\t${JSON.stringify({ batchId, priority, strategy, replays, skus, ordinals, detail })}`;
    const keys = [k.batch(batchId), ...k.partsOf(batchId), ...this.#index()];
    const cells = rows.flatMap(({ ordinal, failure }) => [ordinal, encodeFailure(failure)]);
    const args = [batchId, this.#now(), k.batchDone(), id, entry, ...cells];
    return Number(await this.#fail.run(this.#redis, keys, args));
  }

  /**
   * Takes a failed job back: its failed rows wait again, and it is among `revived()` until `requeued()`. Returns how many rows wait; 0 when
   * another took it back first; `gone` when nothing of it can run any more, its batch being gone or cancelled: then it is forgotten.
   */
  async revive(job: FailedJob): Promise<number | 'gone'> {
    const k = this.#keys;
    const again = asRevived(job);
    const keys = [k.batch(job.batchId), ...k.partsOf(job.batchId), ...this.#index(), k.replaying()];
    const args = [this.#now(), job.id, job.entry, fieldOf(again), JSON.stringify(again), ...ordinalsOf(job)];
    const rows = Number(await this.#revive.run(this.#redis, keys, args));
    return rows < 0 ? 'gone' : rows;
  }

  /** The jobs that were taken back but may not be in the queue yet, some at a time. */
  async *revived(): AsyncGenerator<RevivedJob[]> {
    let cursor = '0';
    do {
      const [next, cells] = await this.#redis.hscan(this.#keys.replaying(), cursor, 'COUNT', READ_AT_ONCE);
      const values = cells.filter((_, i) => i % 2 === 1);
      if (values.length > 0) yield values.map((value) => storedIntent.parse(JSON.parse(value)));
      cursor = next;
    } while (cursor !== '0');
  }

  /** These jobs are in the queue again. */
  async requeued(jobs: readonly RevivedJob[]): Promise<void> {
    if (jobs.length > 0) await this.#redis.hdel(this.#keys.replaying(), ...jobs.map(fieldOf));
  }

  /** The failed jobs with these ids, in their order; undefined where a job did not fail or was replayed. */
  async get(ids: readonly string[]): Promise<(FailedJob | undefined)[]> {
    if (ids.length === 0) return [];
    const [entries, times] = await Promise.all([
      this.#redis.hmget(this.#keys.failedJobs(), ...ids),
      this.#redis.zmscore(this.#keys.failedJobsAt(), ids as string[]),
    ]);
    return ids.map((id, i) => (entries[i] && times[i] ? decodeEntry(id, entries[i], Number(times[i])) : undefined));
  }

  /**
   * All failed jobs that match, some at a time (a page may be empty): the oldest first, or the newest. `afterUs` goes on after the job of
   * that `failedAtUs`.
   */
  async *scan(
    filter: FailedJobFilter,
    order: { newestFirst?: boolean; afterUs?: number } = {},
  ): AsyncGenerator<FailedJob[]> {
    const { newestFirst = false } = order;
    const since = filter.sinceMs === undefined ? '-inf' : `${Math.ceil(filter.sinceMs * 1000)}`;
    const before = filter.beforeMs === undefined ? '+inf' : `(${Math.ceil(filter.beforeMs * 1000)}`;
    let after = order.afterUs === undefined ? undefined : `(${order.afterUs}`;
    for (;;) {
      const key = this.#keys.failedJobsAt();
      const ids = newestFirst
        ? await this.#redis.zrevrangebyscore(key, after ?? before, since, 'WITHSCORES', 'LIMIT', 0, READ_AT_ONCE)
        : await this.#redis.zrangebyscore(key, after ?? since, before, 'WITHSCORES', 'LIMIT', 0, READ_AT_ONCE);
      const last = ids.at(-1);
      if (last === undefined) return;
      const jobs = await this.get(ids.filter((_, i) => i % 2 === 0));
      yield jobs.filter((job) => job !== undefined).filter((job) => matches(job, filter));
      if (ids.length < 2 * READ_AT_ONCE) return;
      after = `(${last}`;
    }
  }

  /** How many failed jobs match, by reason, the most frequent first. */
  async countByReason(filter: FailedJobFilter = {}): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const { reason, ...others } = filter;
    if (Object.values(others).every((value) => value === undefined)) {
      const all = await this.#redis.hgetall(this.#keys.failedReasons());
      for (const [name, count] of Object.entries(all))
        if (reason === undefined || name === reason) counts.set(name, Number(count));
    } else {
      for await (const jobs of this.scan(filter))
        for (const job of jobs) counts.set(job.reason, (counts.get(job.reason) ?? 0) + 1);
    }
    return new Map([...counts].sort((a, b) => b[1] - a[1]));
  }

  /** The SKUs of a job that failed in it: the others are priced, or their batch is gone. */
  async skusOf(job: FailedJob): Promise<string[]> {
    const failures = await this.#redis.hmget(this.#keys.failed(job.batchId), ...ordinalsOf(job).map(String));
    return job.skus.filter((_, i) => failures[i]?.startsWith(`${job.id}\t`));
  }

  /** The ids of a batch's failed jobs. For batches of a few SKUs: all of its failures are read at once. */
  async idsOf(batchId: string): Promise<string[]> {
    const failures = await this.#redis.hvals(this.#keys.failed(batchId));
    return [...new Set(failures.map((stored) => decodeFailure(stored).jobId))];
  }

  /** Forgets jobs that failed more than 30 days ago, some thousands at most; returns how many. */
  async prune(keptMs = KEPT_MS): Promise<number> {
    return Number(await this.#prune.run(this.#redis, this.#index(), [keptMs, 5000]));
  }

  /** Redis' clock, in ms since 1970: by it ages are told. */
  async nowMs(): Promise<number> {
    const [seconds, micros] = await this.#redis.time();
    return Number(seconds) * 1000 + Number(micros) / 1000;
  }

  #index(): string[] {
    return [this.#keys.failedJobs(), this.#keys.failedJobsAt(), this.#keys.failedReasons()];
  }
}

function ordinalsOf({ skus, ordinals }: FailingJob): readonly number[] {
  return typeof ordinals === 'number' ? skus.map((_, i) => ordinals + i) : ordinals;
}

/** A failed job as revive() takes it back. */
export function asRevived({ id, batchId, priority, strategy, replays, skus, ordinals }: FailedJob): RevivedJob {
  return { id, batchId, priority, strategy, replays: replays + 1, skus, ordinals };
}

/** A later replay of the same job has another field, so that who is late at an earlier one cannot take it away. */
function fieldOf(job: RevivedJob): string {
  return `${job.id}#${job.replays}`;
}

function decodeEntry(id: string, entry: string, failedAtUs: number): FailedJob {
  const tab = entry.indexOf('\t');
  const stored = storedFailure.parse(JSON.parse(entry.slice(tab + 1)));
  return { id, reason: entry.slice(0, tab), failedAtUs, entry, ...stored };
}

function matches(job: FailedJob, { reason, priority, batchId }: FailedJobFilter): boolean {
  return (
    (reason === undefined || job.reason === reason) &&
    (priority === undefined || job.priority === priority) &&
    (batchId === undefined || job.batchId === batchId)
  );
}
