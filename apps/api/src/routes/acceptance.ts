import { setTimeout as sleep } from 'node:timers/promises';
import type { IgnoredField, Store } from '@reprice/store';

const tries = 3;
const retryMs = 200;

/**
 * Accepts what was received. Asked again when the answer is lost with its connection, since the batch may be accepted by then, and a client
 * that is told otherwise would send, and pay for, the same again.
 */
export async function accept(
  store: Pick<Store, 'batches'>,
  id: string,
  ignored: readonly IgnoredField[] = [],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (await store.batches.commit(id, ignored)) return;
      throw new RangeError(`batch ${id} was gone before it was accepted`);
    } catch (error) {
      if (error instanceof RangeError || attempt === tries) throw error;
      await sleep(retryMs);
    }
  }
}
