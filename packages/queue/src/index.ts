export { ATTEMPTS, backoffMs } from './backoff.ts';
export { enqueueStaged, type StagedBatches } from './enqueue-staged.ts';
export { limiterWindow } from './limiter.ts';
export {
  jobId,
  jobName,
  ordinalsOf,
  type PackJob,
  packJobSchema,
  priorityNumber,
  priorityOf,
  type UnsureRow,
} from './pack-job.ts';
export { type JobView, PackQueue, type PackQueueOptions, QUEUE_NAME } from './pack-queue.ts';
export { LOCK_MS, type PackRun, PackWorker, type PackWorkerOptions, type Verdict } from './pack-worker.ts';
export { type Pack, Packer, repack } from './packer.ts';
export type { QueueDepth } from './queue-depth.ts';
export type { Requeued } from './requeue.ts';
export { type Revived, type RevivedJobs, requeueRevived } from './requeue-revived.ts';
export type { Room } from './room.ts';
