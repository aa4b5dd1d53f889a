import { ordinalsOf, type PackRun, type Verdict } from '@reprice/queue';
import { AdmissionUnavailable } from './admit-call.ts';
import { failRows } from './jobs-of-rows.ts';
import { runPack } from './run-pack.ts';
import type { Tools } from './tools.ts';

/** Words with which Redis, or the way to it, says "not now": the pack is not at fault and loses no attempt. */
const REDIS_NOT_NOW =
  /^(OOM|READONLY|MISCONF|LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|NOLIMITS)\b|Connection is closed|connection close|ECONNREFUSED|ECONNRESET|max retries/i;
const REDIS_REST_MS = 1000;

/**
 * Runs a pack and leaves nothing without a verdict: trouble with Redis snoozes the pack, and a defect of ours is tried again like a failed
 * call and in the end fails the rows that it left open, by name, instead of leaving their batch waiting for ever.
 */
export async function guardRun(tools: Tools, run: PackRun): Promise<Verdict> {
  try {
    return await runPack(tools, run);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    tools.alarm({ err: error, jobId: run.jobId }, 'a pack ended with an error');
    if (error instanceof AdmissionUnavailable || REDIS_NOT_NOW.test(detail))
      return { kind: 'snooze', restMs: REDIS_REST_MS };
    if (!run.lastAttempt) return { kind: 'retry', reason: detail };
    const ordinals = ordinalsOf(run.pack);
    const rows = run.pack.skus.map((sku, i) => ({ ordinal: ordinals[i] ?? 0, sku, reason: 'internal_error', detail }));
    return await failRows(tools, run, rows).catch((): Verdict => ({ kind: 'snooze', restMs: REDIS_REST_MS }));
  }
}
