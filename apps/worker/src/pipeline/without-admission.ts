import type { PackRun, Verdict } from '@reprice/queue';
import type { Admission, LoadedPack } from '@reprice/store';
import { giveUp } from './conclude-pack.ts';
import { failRows, splitPack } from './jobs-of-rows.ts';
import { CLOSED_CHECK_MS } from './look-again.ts';
import { priceByRules } from './price-by-rules.ts';
import type { ReadyRow, Tools, Unpriced } from './tools.ts';

type Refusal = Extract<Admission, { granted: false }>;

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
      return await giveUp(tools, run, unpriced(rows, 'over_token_limit', detail));
    }
    case 'budget': {
      const detail = `The share of the day's budget for ${run.priority} work is used up until ${new Date(refusal.resetsAtMs).toISOString()}.`;
      // The small model may still be affordable, and had an answer.
      if (run.pack.tier === 'large') return await giveUp(tools, run, unpriced(rows, 'budget_exhausted', detail));
      switch (tools.budgetExhausted) {
        case 'defer':
          return { kind: 'snooze', restMs: CLOSED_CHECK_MS };
        case 'rules':
          return await priceByRules(tools, run, rows, mode);
        case 'fail':
          return await failRows(tools, run, unpriced(rows, 'budget_exhausted', detail));
      }
    }
  }
}

function unpriced(rows: readonly ReadyRow[], reason: string, detail: string): Unpriced[] {
  return rows.map(({ ordinal, sku }) => ({ ordinal, sku, reason, detail }));
}
