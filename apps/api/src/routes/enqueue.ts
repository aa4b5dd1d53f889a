import { enqueueStaged } from '@reprice/queue';
import type { BatchRecord } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { within } from '../within.ts';

/** Longest that the answer waits for the jobs, in ms. */
const waitMs = 1000;

/** Longest that it then waits for the look at the batch: together they must fit into the two seconds of an answer. */
const lookMs = 500;

/**
 * Puts the packs of an accepted batch into the queue, and gives the batch as it then is. Never throws and never holds up the answer for
 * long: the batch is accepted, and what does not get into the queue now is put there by a worker later. Undefined when Redis did not tell in
 * time.
 */
export async function enqueue(deps: ApiDeps, batchId: string): Promise<BatchRecord | undefined> {
  const { batches } = deps.store;
  const enqueued = enqueueStaged(batches, deps.queue, batchId).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    deps.logger.warn({ reason, batchId }, 'accepted; a worker will put the jobs into the queue');
  });
  await within(waitMs, enqueued, undefined);
  const looked = batches.get(batchId).catch(() => undefined);
  return await within(lookMs, looked, undefined);
}
