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

/** Where revived jobs are noted until they are in the queue. */
export interface RevivedJobs {
  requeued(jobs: readonly Revived[]): Promise<void>;
}

/**
 * Puts revived jobs into the queue, to be asked from the beginning. One that a worker still has (it failed a moment ago) stays noted, for
 * the next who comes by. May run any number of times, in several processes, and be killed anywhere.
 */
export async function requeueRevived(noted: RevivedJobs, queue: PackQueue, jobs: readonly Revived[]): Promise<void> {
  const queued = await Promise.all(
    jobs.map(async (job) => (await queue.requeue(job.id, packOf(job), job.priority)) === 'queued'),
  );
  await noted.requeued(jobs.filter((_, i) => queued[i]));
}

function packOf({ batchId, strategy, replays, skus, ordinals }: Revived): PackJob {
  const rows = typeof ordinals === 'number' ? ordinals : [...ordinals];
  return { batchId, strategy, asked: 0, replays, skus: [...skus], ordinals: rows };
}
