export { backoffMs } from './backoff.ts';
export { enqueueStaged } from './enqueue-staged.ts';
export { jobId, ordinalsOf, type PackJob, packJobSchema, priorityOf, type UnsureRow } from './pack-job.ts';
export { PackQueue } from './pack-queue.ts';
export { LOCK_MS, type PackRun, PackWorker, type Verdict } from './pack-worker.ts';
export { Packer, repack } from './packer.ts';
export type { QueueDepth } from './queue-depth.ts';
export { requeueRevived } from './requeue-revived.ts';
export type { Room } from './room.ts';
