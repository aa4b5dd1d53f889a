import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim, IgnoredField, Store } from '@reprice/store';
import { underWay } from '../idempotency/key-claim.ts';
import { unavailable } from '../problem/problem.ts';

const retryMs = 200;

/** Once so much time went by, the client is told instead of asking again, in ms. */
const tryForMs = 400;

/**
 * Accepts what was received. Asked again when the answer is lost with its connection, since the batch may be accepted by then, and a client
 * that is told otherwise would send, and pay for, the same again.
 */
export async function accept(
  store: Pick<Store, 'batches'>,
  id: string,
  ignored: readonly IgnoredField[] = [],
  claim?: Claim & { readonly requestHash: string },
): Promise<void> {
  const endMs = performance.now() + tryForMs;
  for (;;) {
    let outcome: Awaited<ReturnType<Store['batches']['commit']>>;
    try {
      outcome = await store.batches.commit(id, ignored, claim);
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(retryMs);
      continue;
    }
    if (outcome === 'accepted') return;
    if (outcome === 'claim_lost') throw underWay(0);
    throw unavailable('Redis was emptied while this was received; nothing of this request was accepted.');
  }
}
