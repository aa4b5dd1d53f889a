import type { Priority } from '@reprice/pricing';
import { ErrorCode, Job, type Queue } from 'bullmq';
import { jobName, type PackJob, packJobSchema, priorityNumber } from './pack-job.ts';

/** Where a job is after `requeue`: in the queue, or still with a worker, whose end of it must come first. */
export type Requeued = 'queued' | 'active';

/** The job moved on between our look and our step: look again. */
const MOVED: readonly unknown[] = [ErrorCode.JobNotExist, ErrorCode.JobNotInState];
const LOOKS = 10;

/**
 * Puts a job into the queue again, under its own id, with its priority and all of its attempts. Each step is one of BullMQ's atomic ones, so
 * that it may be done twice, by several at once, and be killed anywhere: at worst a job runs once more and finds nothing left to do.
 */
export async function requeue(bull: Queue, id: string, pack: PackJob, priority: Priority): Promise<Requeued> {
  for (let look = 1; look <= LOOKS; look++) {
    const job = await Job.fromId(bull, id);
    if (!job) {
      await bull.add(jobName(priority, pack.skus), pack, { jobId: id, priority: priorityNumber(priority) });
      return 'queued';
    }
    // Whoever is late at an earlier replay must not take the job back to it.
    if ((packJobSchema.parse(job.data).replays ?? 0) > (pack.replays ?? 0)) return 'queued';
    const state = await job.getState();
    if (state === 'active') return 'active';
    if (state === 'unknown') continue;
    try {
      await job.updateData(pack);
      if (state === 'failed' || state === 'completed')
        await job.retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true });
      return 'queued';
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && MOVED.includes(error.code))) throw error;
    }
  }
  throw new Error(`job ${id} is in no state that BullMQ knows`);
}
