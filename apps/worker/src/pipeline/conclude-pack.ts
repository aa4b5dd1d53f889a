import { type PackRun, repack, type Verdict } from '@reprice/queue';
import type { HoldCode, PublishCode } from '@reprice/store';
import type { CallVerdict } from './call-verdict.ts';
import { answererOf, enqueueRows, failRows, splitPack } from './jobs-of-rows.ts';
import type { Tools, Unpriced } from './tools.ts';

/** How often a row is asked for before it fails as `invalid_answer`. */
const ASKED_AT_MOST = 3;
/** From when on to twice that, at random, a retry waits that this process has no budget for. */
const LATE_RETRY_MS = 15_000;

/** Decides about the rows that a call left without a price. */
export async function concludePack(
  tools: Tools,
  run: PackRun,
  call: CallVerdict,
  open: readonly Unpriced[],
  priced: number,
): Promise<Verdict> {
  if (open.length === 0) return { kind: 'done', summary: `${priced} priced` };
  const because = (reason: string, detail: string): Unpriced[] => open.map((row) => ({ ...row, reason, detail }));
  switch (call.kind) {
    case 'answered': {
      const asked = run.pack.asked + 1;
      if (asked >= ASKED_AT_MOST) return await giveUp(tools, run, open);
      await enqueueRows(tools, run, repack(open, asked), asked);
      return { kind: 'done', summary: `${priced} priced, ${open.length} asked again` };
    }
    case 'rest': {
      if (tools.stopping.aborted) return { kind: 'return' };
      const restMs = tools.rateLimits.restMs(call.restMs);
      return { kind: 'snooze', restMs: await tools.store.admission.rest(restMs) };
    }
    case 'no_key':
      tools.keysLost();
      return { kind: 'return' };
    case 'halve':
      if (open.length > 1) return await splitPack(tools, run, open, Math.ceil(open.length / 2));
      return await giveUp(tools, run, because('refused', call.detail));
    case 'option_refused':
      tools.alarm({ jobId: run.jobId }, call.detail);
      return await giveUp(tools, run, because('option_refused', call.detail));
    case 'retry':
      if (tools.stopping.aborted) return { kind: 'return' };
      if (run.lastAttempt) return await giveUp(tools, run, because('gateway_failed', call.detail));
      return retry(tools, call.detail, call.retryAfterMs);
  }
}

/** Lets rows fail that no further try can help; those that the small model had an answer for go back to it, and are taken as they come. */
export async function giveUp(tools: Tools, run: PackRun, rows: readonly Unpriced[]): Promise<Verdict> {
  if (run.pack.tier !== 'large') return await failRows(tools, run, rows);
  await enqueueRows(tools, run, [rows], 0, { ...answererOf(run.pack), tier: 'small' });
  return { kind: 'done', summary: `${rows.length} back to the small model: ${rows[0]?.reason}` };
}

/** Tries the pack again: when the gateway said, else after a backoff; without retries left to this process, late. */
function retry(tools: Tools, reason: string, retryAfterMs: number | undefined): Verdict {
  const isLate = !tools.retries.spend() && retryAfterMs === undefined;
  const waitMs = isLate ? LATE_RETRY_MS * (1 + Math.random()) : retryAfterMs;
  return { kind: 'retry', reason, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
}

/** Rows whose price was refused, since another run had published the SKU after they were loaded. */
export function supersededRows(
  rows: readonly { readonly ordinal: number; readonly sku: string }[],
  codes: readonly (PublishCode | HoldCode)[],
): Unpriced[] {
  const detail = 'Each time that a price was computed, another run had just published this SKU.';
  const stale = rows.filter((_, i) => codes[i] === 'stale');
  return stale.map(({ ordinal, sku }) => ({ ordinal, sku, reason: 'superseded', detail }));
}
