import type { Redis } from 'ioredis';
import {
  asRevived,
  decodeFailedJob,
  decodeRevivedJob,
  encodeFailedJob,
  type FailedJob,
  type FailedJobFilter,
  type FailingJob,
  matches,
  ordinalsOf,
  type RawFailedJob,
  type RevivedJob,
  reasonIn,
} from './failed-job-record.ts';
import { decodeFailure, encodeFailure, type Failure } from './failure.ts';
import type { Keys } from './keys.ts';
import { redisNowMs } from './redis-clock.ts';
import { Script } from './script.ts';

const READ_AT_ONCE = 500;
const KEPT_MS = 30 * 24 * 3600 * 1000;

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
    const { id, batchId } = job;
    const entry = encodeFailedJob(job, first.failure);
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
    const keys = [k.batch(job.batchId), ...k.partsOf(job.batchId), ...this.#index(), k.replaying(), k.underWay()];
    const intent = [fieldOf(again), JSON.stringify(again)];
    const args = [this.#now(), job.id, job.entry, ...intent, job.batchId, ...ordinalsOf(job)];
    const rows = Number(await this.#revive.run(this.#redis, keys, args));
    return rows < 0 ? 'gone' : rows;
  }

  /** The jobs that were taken back but may not be in the queue yet, some at a time. */
  async *revived(): AsyncGenerator<RevivedJob[]> {
    let cursor = '0';
    do {
      const [next, cells] = await this.#redis.hscan(this.#keys.replaying(), cursor, 'COUNT', READ_AT_ONCE);
      const values = cells.filter((_, i) => i % 2 === 1);
      if (values.length > 0) yield values.map(decodeRevivedJob);
      cursor = next;
    } while (cursor !== '0');
  }

  /** These jobs are in the queue again. */
  async requeued(jobs: readonly RevivedJob[]): Promise<void> {
    if (jobs.length > 0) await this.#redis.hdel(this.#keys.replaying(), ...jobs.map(fieldOf));
  }

  /** The failed jobs with these ids, in their order; undefined where a job did not fail or was replayed. */
  async get(ids: readonly string[]): Promise<(FailedJob | undefined)[]> {
    return (await this.#raw(ids)).map((raw) => raw && decodeFailedJob(raw));
  }

  /**
   * All failed jobs that match, some at a time (a page may be empty): the oldest first, or the newest. `afterUs` goes on after the job of
   * that `failedAtUs`.
   */
  async *scan(
    filter: FailedJobFilter,
    order: { newestFirst?: boolean; afterUs?: number } = {},
  ): AsyncGenerator<FailedJob[]> {
    for await (const page of this.#scan(filter, order)) yield page.map(decodeFailedJob);
  }

  /** The oldest `limit` failed jobs that match, and how many match in all. */
  async oldest(filter: FailedJobFilter, limit: number): Promise<{ jobs: FailedJob[]; matched: number }> {
    const jobs: FailedJob[] = [];
    const { sinceMs, beforeMs, ...others } = filter;
    const isCountEnough = Object.values(others).every((value) => value === undefined);
    let matched = 0;
    for await (const page of this.#scan(filter, {})) {
      matched += page.length;
      jobs.push(...page.slice(0, limit - jobs.length).map(decodeFailedJob));
      if (isCountEnough && jobs.length === limit) {
        return { jobs, matched: await this.#redis.zcount(this.#keys.failedJobsAt(), ...range(filter)) };
      }
    }
    return { jobs, matched };
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
      for await (const page of this.#scan(filter, {})) {
        for (const { entry } of page) {
          const name = reasonIn(entry);
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
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
  nowMs(): Promise<number> {
    return redisNowMs(this.#redis);
  }

  async *#scan(
    filter: FailedJobFilter,
    { newestFirst = false, afterUs }: { newestFirst?: boolean; afterUs?: number },
  ): AsyncGenerator<RawFailedJob[]> {
    const key = this.#keys.failedJobsAt();
    const [since, before] = range(filter);
    let after = afterUs === undefined ? undefined : `(${afterUs}`;
    for (;;) {
      const ids = newestFirst
        ? await this.#redis.zrevrangebyscore(key, after ?? before, since, 'WITHSCORES', 'LIMIT', 0, READ_AT_ONCE)
        : await this.#redis.zrangebyscore(key, after ?? since, before, 'WITHSCORES', 'LIMIT', 0, READ_AT_ONCE);
      const last = ids.at(-1);
      if (last === undefined) return;
      const entries = await this.#raw(ids.filter((_, i) => i % 2 === 0));
      yield entries.filter((raw) => raw !== undefined).filter(({ entry }) => matches(entry, filter));
      if (ids.length < 2 * READ_AT_ONCE) return;
      after = `(${last}`;
    }
  }

  async #raw(ids: readonly string[]): Promise<(RawFailedJob | undefined)[]> {
    if (ids.length === 0) return [];
    const [entries, times] = await Promise.all([
      this.#redis.hmget(this.#keys.failedJobs(), ...ids),
      this.#redis.zmscore(this.#keys.failedJobsAt(), ids as string[]),
    ]);
    return ids.map((id, i) => {
      const [entry, at] = [entries[i], times[i]];
      return entry && at ? { id, entry, failedAtUs: Number(at) } : undefined;
    });
  }

  #index(): string[] {
    return [this.#keys.failedJobs(), this.#keys.failedJobsAt(), this.#keys.failedReasons()];
  }
}

/** A later replay of the same job has another field, so that who is late at an earlier one cannot take it away. */
function fieldOf(job: RevivedJob): string {
  return `${job.id}#${job.replays}`;
}

/** The first and last score of a zset's range. */
function range({ sinceMs, beforeMs }: FailedJobFilter): [string, string] {
  return [
    sinceMs === undefined ? '-inf' : `${Math.ceil(sinceMs * 1000)}`,
    beforeMs === undefined ? '+inf' : `(${Math.ceil(beforeMs * 1000)}`,
  ];
}
