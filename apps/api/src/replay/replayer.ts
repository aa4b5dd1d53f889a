import { type Canary, type Priority, priorities } from '@reprice/pricing';
import { requeueRevived } from '@reprice/queue';
import { asRevived, type FailedJob, type FailedJobFilter } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { promptly, requireRoom } from '../routes/room.ts';
import { worstCallNanoUsd } from './call-cost.ts';

/** What a replay came to. */
export interface ReplayResult {
  /** Failed jobs that the request means. */
  readonly matched: number;
  /** Jobs of them that run again. */
  readonly replayed: number;
  /** Jobs of them that are failed still: beyond the limit, or the queue was full. */
  readonly remaining: number;
  /** Jobs of them that can never run again, their batch being gone or cancelled. */
  readonly gone: number;
  /** The most that asking once for each SKU can cost: of those replayed, or in a dry run of those that would be. */
  readonly worstCaseNanoUsd: number;
}

/** Jobs that are under way at once: as many as a killed process can leave between two steps. */
const AT_ONCE = 100;

/** Replays failed jobs, each by itself and with its priority, against the snapshots of today. */
export class Replayer {
  readonly #deps: ApiDeps;

  constructor(deps: ApiDeps) {
    this.#deps = deps;
  }

  /**
   * Replays those that match, the oldest first, `limit` at most; stops earlier when the queue is full or `stop` says so. May be cut off
   * anywhere and repeated at will: a job that is taken back is put into the queue by this process or, if it dies, by a worker.
   */
  async replay(filter: FailedJobFilter, limit: number, stop: () => boolean): Promise<ReplayResult> {
    const { jobs, matched } = await this.#deps.store.failedJobs.oldest(filter, limit);
    return await this.replayThese(jobs, matched, stop);
  }

  /** Replays these jobs, of `matched` that are meant. Throws `queue-full` where there is no room for the first of them. */
  async replayThese(jobs: readonly FailedJob[], matched: number, stop: () => boolean): Promise<ReplayResult> {
    const { store, queue } = this.#deps;
    let [replayed, gone, taken, worstCaseNanoUsd] = [0, 0, 0, 0];
    for (let from = 0; from < jobs.length; from += AT_ONCE) {
      const chunk = jobs.slice(from, from + AT_ONCE);
      if (from === 0) await requireRoom(this.#deps, leastUrgent(chunk));
      else if (stop() || !(await promptly(queue.hasRoom(leastUrgent(chunk))))) break;
      const costs = await this.#worstCases(chunk);
      const rows = await Promise.all(chunk.map((job) => store.failedJobs.revive(job)));
      const revived = chunk.filter((_, i) => Number(rows[i]) > 0);
      await requeueRevived(store, queue, revived.map(asRevived));
      replayed += revived.length;
      gone += rows.filter((count) => count === 'gone').length;
      taken += rows.filter((count) => count === 0).length;
      rows.forEach((count, i) => {
        if (Number(count) > 0) worstCaseNanoUsd += costs[i] ?? 0;
      });
    }
    return { matched, replayed, remaining: matched - replayed - gone - taken, gone, worstCaseNanoUsd };
  }

  /** Tells what a replay would do, and changes nothing. */
  async estimate(filter: FailedJobFilter, limit: number): Promise<ReplayResult> {
    const totals = { matched: 0, gone: 0, worstCaseNanoUsd: 0 };
    for await (const jobs of this.#deps.store.failedJobs.scan(filter)) {
      await this.#addEstimate(totals, jobs.slice(0, Math.max(0, limit - totals.matched)));
      totals.matched += jobs.length;
    }
    return { ...totals, replayed: 0, remaining: totals.matched - totals.gone };
  }

  /** Tells what a replay of these jobs would do, and changes nothing. */
  async estimateThese(jobs: readonly FailedJob[]): Promise<ReplayResult> {
    const totals = { gone: 0, worstCaseNanoUsd: 0 };
    await this.#addEstimate(totals, jobs);
    return { ...totals, matched: jobs.length, replayed: 0, remaining: jobs.length - totals.gone };
  }

  async #addEstimate(totals: { gone: number; worstCaseNanoUsd: number }, jobs: readonly FailedJob[]): Promise<void> {
    for (let from = 0; from < jobs.length; from += AT_ONCE) {
      const costs = await this.#worstCases(jobs.slice(from, from + AT_ONCE));
      for (const cost of costs) {
        if (cost === undefined) totals.gone++;
        else totals.worstCaseNanoUsd += cost;
      }
    }
  }

  async #worstCases(jobs: readonly FailedJob[]): Promise<(number | undefined)[]> {
    const canary = await this.#deps.store.routes.get();
    return await Promise.all(jobs.map((job) => this.#worstCase(job, canary)));
  }

  /** The most that asking once for the failed rows of a job can cost; undefined when its batch is gone or cancelled. */
  async #worstCase(job: FailedJob, canary: Canary): Promise<number | undefined> {
    const { failedJobs, snapshots } = this.#deps.store;
    const skus = await failedJobs.skusOf(job);
    if (skus.length === 0) return undefined;
    const { status, rows } = await snapshots.loadAnew(job.batchId, skus);
    if (status !== 'running' && status !== 'done') return undefined;
    return worstCallNanoUsd(this.#deps.callTerms, job.strategy, rows, canary);
  }
}

/** The priority whose share of the queue must have room for all of these jobs. */
function leastUrgent(jobs: readonly FailedJob[]): Priority {
  return priorities.findLast((priority) => jobs.some((job) => job.priority === priority)) ?? 'critical';
}
