import { setTimeout as sleep } from 'node:timers/promises';
import { ordinalsOf, type PackRun, type Verdict } from '@reprice/queue';
import { CRASHES_AT_MOST, type RunStart } from '@reprice/store';
import { failRows } from './pipeline/jobs-of-rows.ts';
import type { Tools } from './pipeline/tools.ts';
import type { RunNotes } from './run-notes.ts';

/** Runs one pack. */
export type RunPack = (tools: Tools, run: PackRun) => Promise<Verdict>;

/** How often a suspect looks whether its turn has come. */
const TURN_CHECK_MS = 500;
const REDIS_REST_MS = 1000;

/**
 * Keeps a pack from running for ever whose process dies each time: after five such crashes its rows fail as `quarantined`. Packs that have
 * never stalled pay one SET for it, sent along with what they load.
 * @param aliveMs how long a sign of life counts
 */
export function withQuarantine(next: RunPack, notes: RunNotes, aliveMs: number): RunPack {
  const { processId } = notes;
  return async (tools, run) => {
    const { runs } = tools.store;
    if (run.stalls === 0) {
      const running = tools.store.together(() => {
        notes.began(run.jobId);
        return next(tools, run);
      });
      return await running.finally(() => notes.ended(run.jobId));
    }
    try {
      let start: RunStart;
      for (;;) {
        start = await runs.start(run.jobId, run.stalls, processId, aliveMs);
        if (start.verdict !== 'wait') break;
        if (tools.stopping.aborted) return { kind: 'return' };
        await sleep(TURN_CHECK_MS);
      }
      if (start.verdict === 'quarantine') return await quarantine(tools, run);
    } catch (error) {
      tools.alarm({ err: error, jobId: run.jobId }, 'could not look up the crashes of a pack');
      return { kind: 'snooze', restMs: REDIS_REST_MS };
    }
    try {
      return await next(tools, run);
    } finally {
      await runs.end(run.jobId, processId).catch(() => {}); // at worst one crash too many is counted
    }
  };
}

/** Fails what of the pack is not settled yet; a process may have died after the last of its rows was published. */
async function quarantine(tools: Tools, run: PackRun): Promise<Verdict> {
  const { batchId, skus } = run.pack;
  const ordinals = ordinalsOf(run.pack);
  const { rows: loaded } = await tools.store.snapshots.load(batchId, skus, ordinals);
  const detail = `Its worker process died ${CRASHES_AT_MOST} times while this pack ran; look at the worker's last words (out of memory, a crash) and at these SKUs, then replay it.`;
  const rows = skus.flatMap((sku, i) =>
    loaded[i]?.settled ? [] : { ordinal: ordinals[i] ?? 0, sku, reason: 'quarantined', detail },
  );
  if (rows.length === 0) return { kind: 'done', summary: 'nothing left to price' };
  tools.alarm({ jobId: run.jobId, skus }, 'a pack is quarantined: its worker died each time it ran');
  return await failRows(tools, run, rows);
}
