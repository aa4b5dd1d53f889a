import type { Priority } from '@reprice/pricing';
import type { PackJob } from './pack-job.ts';
import type { PackQueue } from './pack-queue.ts';

/** A failed job whose rows wait again. */
export interface Revived {
  readonly id: string;
  readonly batchId: string;
  readonly priority: Priority;
  readonly strategy: string;
  readonly replays: number;
  readonly skus: readonly string[];
  readonly ordinals: number | readonly number[];
}

/** What is known of revived jobs beside the queue. */
export interface RevivedJobs {
  /** Where they are noted until they are in the queue. */
  readonly failedJobs: { requeued(jobs: readonly Revived[]): Promise<void> };
  /** How many processes died while they ran. */
  readonly runs: { reset(jobId: string): Promise<void> };
}

/**
 * Puts revived jobs into the queue, to be asked from the beginning. One that a worker still has (it failed a moment ago) stays noted, for
 * the next who comes by. May run any number of times, in several processes, and be killed anywhere. Throws the first error, after all
 * others are through.
 */
export async function requeueRevived(store: RevivedJobs, queue: PackQueue, jobs: readonly Revived[]): Promise<void> {
  const ends = await Promise.allSettled(
    jobs.map(async (job) => {
      await store.runs.reset(job.id);
      return await queue.requeue(job.id, packOf(job), job.priority);
    }),
  );
  await store.failedJobs.requeued(jobs.filter((_, i) => ends[i]?.status === 'fulfilled' && ends[i].value === 'queued'));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function packOf({ batchId, strategy, replays, skus, ordinals }: Revived): PackJob {
  const rows = typeof ordinals === 'number' ? ordinals : [...ordinals];
  return { batchId, strategy, asked: 0, replays, skus: [...skus], ordinals: rows };
}
