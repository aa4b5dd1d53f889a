import type { BatchRecord, Store } from '@reprice/store';
import { Problem } from '../problem/problem.ts';

/** A batch without what the contract does not name. */
export function shownBatch(batch: BatchRecord): Omit<BatchRecord, 'kind'> {
  const { kind: _, ...rest } = batch;
  return rest;
}

/** What an earlier request with the same Idempotency-Key was accepted as; throws a `conflict` when somebody removed that from Redis. */
export async function acceptedBefore(store: Pick<Store, 'batches'>, id: string): Promise<BatchRecord> {
  const batch = await store.batches.get(id);
  if (batch !== undefined) return batch;
  throw new Problem(
    'conflict',
    `This Idempotency-Key stands for ${id}, which is gone. Send the request again with a new key.`,
  );
}
