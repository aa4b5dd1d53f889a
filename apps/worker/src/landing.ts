import { ordinalsOf } from '@reprice/queue';
import { isObserved } from '@reprice/store';
import type { RunPack } from './quarantine.ts';

const REDIS_REST_MS = 1000;

/**
 * After a pack of SKUs that observations moved has ended: its settled rows are in flight no longer, and what moved meanwhile may be packed. A
 * run that cannot tell, or is killed before, comes again, finds its rows settled, and tells it then.
 */
export function withLanding(next: RunPack): RunPack {
  return async (tools, run) => {
    const verdict = await next(tools, run);
    const { batchId, skus } = run.pack;
    if (!isObserved(batchId) || (verdict.kind !== 'done' && verdict.kind !== 'fail')) return verdict;
    try {
      await tools.store.dirty.landed(batchId, skus, ordinalsOf(run.pack));
      return verdict;
    } catch (error) {
      tools.alarm({ err: error, jobId: run.jobId }, 'could not tell that a pack has landed');
      return { kind: 'snooze', restMs: REDIS_REST_MS };
    }
  };
}
