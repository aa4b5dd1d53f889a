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

/* An entry is `reason \t priority \t batchId \t JSON of the rest`: what filters ask for stands in front, so that most need no parsing. */
const storedRest = {
  strategy: z.string(),
  replays: z.number().int().nonnegative(),
  skus: z.array(z.string()).min(1),
  ordinals: z.union([z.number().int().nonnegative(), z.array(z.number().int().nonnegative())]),
};
const storedPriority = z.enum(priorities);
const storedEntry = z.object({ ...storedRest, detail: z.string() });
const storedIntent = z.object({ ...storedRest, id: z.string(), batchId: z.string(), priority: storedPriority });

/** An entry as it stands in Redis. */
interface RawEntry {
  readonly id: string;
  readonly entry: string;
  readonly failedAtUs: number;
}

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
    const rest = JSON.stringify({ strategy, replays, skus, ordinals, detail });
    const entry = [reason, priority, batchId, rest].join('\t');
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
    return (await this.#raw(ids)).map((raw) => raw && decodeEntry(raw));
  }

  /**
   * All failed jobs that match, some at a time (a page may be empty): the oldest first, or the newest. `afterUs` goes on after the job of
   * that `failedAtUs`.
   */
  async *scan(
    filter: FailedJobFilter,
    order: { newestFirst?: boolean; afterUs?: number } = {},
  ): AsyncGenerator<FailedJob[]> {
    for await (const page of this.#scan(filter, order)) yield page.map(decodeEntry);
  }

  /** The oldest `limit` failed jobs that match, and how many match in all. */
  async oldest(filter: FailedJobFilter, limit: number): Promise<{ jobs: FailedJob[]; matched: number }> {
    const jobs: FailedJob[] = [];
    const { sinceMs, beforeMs, ...others } = filter;
    const isCountEnough = Object.values(others).every((value) => value === undefined);
    let matched = 0;
    for await (const page of this.#scan(filter, {})) {
      matched += page.length;
      jobs.push(...page.slice(0, limit - jobs.length).map(decodeEntry));
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
          const name = entry.slice(0, entry.indexOf('\t'));
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
  async nowMs(): Promise<number> {
    const [seconds, micros] = await this.#redis.time();
    return Number(seconds) * 1000 + Number(micros) / 1000;
  }

  async *#scan(
    filter: FailedJobFilter,
    { newestFirst = false, afterUs }: { newestFirst?: boolean; afterUs?: number },
  ): AsyncGenerator<RawEntry[]> {
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

  async #raw(ids: readonly string[]): Promise<(RawEntry | undefined)[]> {
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

/** The first and last score of a zset's range. */
function range({ sinceMs, beforeMs }: FailedJobFilter): [string, string] {
  return [
    sinceMs === undefined ? '-inf' : `${Math.ceil(sinceMs * 1000)}`,
    beforeMs === undefined ? '+inf' : `(${Math.ceil(beforeMs * 1000)}`,
  ];
}

function decodeEntry({ id, entry, failedAtUs }: RawEntry): FailedJob {
  const [reason = '', priority, batchId = '', ...rest] = entry.split('\t');
  const stored = storedEntry.parse(JSON.parse(rest.join('\t')));
  return { id, reason, priority: storedPriority.parse(priority), batchId, failedAtUs, entry, ...stored };
}

function matches(entry: string, filter: FailedJobFilter): boolean {
  const [reason, priority, batchId] = entry.split('\t', 3);
  return (
    (filter.reason === undefined || reason === filter.reason) &&
    (filter.priority === undefined || priority === filter.priority) &&
    (filter.batchId === undefined || batchId === filter.batchId)
  );
}
