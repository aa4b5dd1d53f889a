import { setTimeout as sleep } from 'node:timers/promises';
import { enqueueStaged } from '@reprice/queue';
import type { ApiDeps } from '../deps.ts';

/** Longest that the answer waits for the jobs, in ms. */
const waitMs = 10_000;

/**
 * Puts the packs of an accepted batch into the queue. Never throws and never holds up the answer for long: the batch is accepted, and what
 * does not get into the queue now is put there by a worker later.
 */
export async function enqueue(deps: ApiDeps, batchId: string): Promise<void> {
  const enqueued = enqueueStaged(deps.store.batches, deps.queue, batchId).catch((error: unknown) => {
    deps.logger.warn({ err: error, batchId }, 'accepted; a worker will put the jobs into the queue');
  });
  const enough = new AbortController();
  await Promise.race([
    enqueued,
    sleep(waitMs, undefined, { signal: enough.signal, ref: false }).catch(() => undefined),
  ]);
  enough.abort();
}
