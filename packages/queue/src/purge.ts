import type { Queue } from 'bullmq';

const LOOK_AT_ONCE = 1000;
const REMOVE_AT_ONCE = 200;

/**
 * Removes the jobs of a batch that wait, a thousand at a time, so that Redis serves others in between; returns how many. A job that a worker
 * has stays. From the tail, since workers take from the head: what they take meanwhile moves nothing that is still to be looked at.
 */
export async function purge(bull: Queue, batchId: string): Promise<number> {
  let removed = 0;
  for (const state of ['prioritized', 'delayed', 'waiting'] as const) {
    for (let from = 0; ; ) {
      const ids = await bull.getRanges([state], from, from + LOOK_AT_ONCE - 1, false);
      const own = ids.filter((id) => id.startsWith(`${batchId}.`));
      let gone = 0;
      for (let at = 0; at < own.length; at += REMOVE_AT_ONCE) {
        const codes = await Promise.all(
          own.slice(at, at + REMOVE_AT_ONCE).map((id) => bull.remove(id, { removeChildren: false })),
        );
        gone += codes.filter((code) => code === 1).length;
      }
      removed += gone;
      if (ids.length < LOOK_AT_ONCE) break;
      from += ids.length - gone;
    }
  }
  return removed;
}
