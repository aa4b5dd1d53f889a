import { applyGuardrails, rulesSuggestion } from '@reprice/pricing';
import type { PackRun, Verdict } from '@reprice/queue';
import type { Admission, LoadedPack, PublishRow } from '@reprice/store';
import { concludePack, supersededRows } from './conclude-pack.ts';
import { holdRows } from './hold-rows.ts';
import { failAlone, failRows, splitPack } from './jobs-of-rows.ts';
import { tellHeld, tellPriced } from './observer.ts';
import type { ReadyRow, Tools, Unpriced } from './tools.ts';

type Refusal = Extract<Admission, { granted: false }>;

/** Deferred packs look this often whether calls may go again: a raised limit or a lifted freeze takes effect within that time. */
export const CLOSED_CHECK_MS = 1000;

/** What becomes of a pack whose call may not go. */
export async function withoutAdmission(
  tools: Tools,
  run: PackRun,
  rows: readonly ReadyRow[],
  refusal: Refusal,
  mode: LoadedPack['mode'],
): Promise<Verdict> {
  tools.observe.refused(refusal.because);
  switch (refusal.because) {
    case 'rate':
      return { kind: 'snooze', restMs: refusal.retryAfterMs };
    case 'frozen':
    case 'closed':
      return { kind: 'snooze', restMs: CLOSED_CHECK_MS };
    case 'too_large': {
      if (rows.length > 1) return await splitPack(tools, run, rows, Math.ceil(rows.length / 2));
      const detail = `Its call may take more than the ${refusal.mostTokens} tokens that RATE_LIMIT_TPM lets one call take.`;
      return await failRows(tools, run, unpriced(rows, 'over_token_limit', detail));
    }
    case 'budget':
      switch (tools.budgetExhausted) {
        case 'defer':
          return { kind: 'snooze', restMs: CLOSED_CHECK_MS };
        case 'rules':
          return await priceByRules(tools, run, rows, mode);
        case 'fail': {
          const detail = `The share of the day's budget for ${run.priority} work is used up until ${new Date(refusal.resetsAtMs).toISOString()}.`;
          return await failRows(tools, run, unpriced(rows, 'budget_exhausted', detail));
        }
      }
  }
}

function unpriced(rows: readonly ReadyRow[], reason: string, detail: string): Unpriced[] {
  return rows.map(({ ordinal, sku }) => ({ ordinal, sku, reason, detail }));
}

async function priceByRules(
  tools: Tools,
  run: PackRun,
  rows: readonly ReadyRow[],
  mode: LoadedPack['mode'],
): Promise<Verdict> {
  const priced: PublishRow[] = [];
  const conflicting: Unpriced[] = [];
  const nowMs = tools.nowMs();
  for (const row of rows) {
    const { ordinal, sku, snapshot, bounds, strategy, fence, past } = row;
    const suggestion = rulesSuggestion(snapshot, bounds, strategy);
    const recent = { past, nowMs };
    const safePrice = applyGuardrails(suggestion, snapshot, row.liveMinor, bounds, strategy.guardrails, recent);
    if ('conflict' in safePrice) {
      conflicting.push({ ordinal, sku, reason: safePrice.conflict, detail: safePrice.detail });
      continue;
    }
    const { reason } = suggestion;
    const previousMinor = row.currentMinor;
    priced.push({
      ordinal,
      sku,
      fence,
      safePrice,
      previousMinor,
      strategy: strategy.name,
      reason,
      costUsd: '0.00',
      snapshotAtMs: snapshot.observedAtMs,
      decision: { suggestion, snapshot, past, strategy },
    });
  }
  const { batchId } = run.pack;
  const publication = { batchId, jobId: run.jobId, source: 'rules', pricedAtMs: nowMs } as const;
  const { live, held } = holdRows(rows, priced);
  const [codes, heldCodes] = await Promise.all([
    tools.store.prices.publish(publication, live),
    tools.store.held.hold(publication, held),
  ]);
  if (!codes) return { kind: 'done', summary: 'the batch no longer runs' };
  tellPriced(tools.observe, { ...publication, mode }, live, codes);
  if (!heldCodes) return { kind: 'done', summary: 'the batch no longer runs' };
  tellHeld(tools.observe, heldCodes);
  if (codes.includes('frozen')) return { kind: 'snooze', restMs: CLOSED_CHECK_MS };
  const stale = [...supersededRows(live, codes), ...supersededRows(held, heldCodes)];
  const failed = await failAlone(tools, run, conflicting);
  return failed ?? (await concludePack(tools, run, { kind: 'answered' }, stale, priced.length - stale.length));
}
