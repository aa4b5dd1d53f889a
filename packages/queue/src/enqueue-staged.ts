import type { Priority } from '@reprice/pricing';
import type { PackQueue } from './pack-queue.ts';
import type { Pack } from './packer.ts';

/** Where accepted packs wait until they are in the queue. */
export interface StagedBatches {
  get(batchId: string): Promise<{ priority: Priority; startsAt: string | null } | undefined>;
  staged(batchId: string, from: number, count: number): Promise<readonly Pack[]>;
  /** All packs are in the queue: the staged ones may go. */
  enqueued(batchId: string): Promise<void>;
}

const READ_AT_ONCE = 1000;

/**
 * Puts the packs of an accepted batch into the queue. May run any number of times, in several processes, and be killed anywhere: job ids
 * are derived, and a job whose rows are settled does nothing.
 */
export async function enqueueStaged(batches: StagedBatches, queue: PackQueue, batchId: string): Promise<void> {
  const batch = await batches.get(batchId);
  for (let from = 0; batch; from += READ_AT_ONCE) {
    const packs = await batches.staged(batchId, from, READ_AT_ONCE);
    const jobs = packs.map(({ first, strategy, skus }) => ({
      batchId,
      strategy,
      asked: 0,
      skus: [...skus],
      ordinals: first,
    }));
    await queue.enqueue(jobs, batch.priority, batch.startsAt === null ? undefined : Date.parse(batch.startsAt));
    if (packs.length < READ_AT_ONCE) break;
  }
  await batches.enqueued(batchId);
}
