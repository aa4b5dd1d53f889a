import { applyGuardrails, type Suggestion } from '@reprice/pricing';
import type { PublishRow } from '@reprice/store';
import type { ReadyRow, Unpriced } from './tools.ts';

/** The safe price that a suggestion for a row comes to as of `nowMs`, to be published, or why its guardrails allow none. */
export function priceRow(
  row: ReadyRow,
  suggestion: Suggestion,
  costUsd: string,
  nowMs: number,
): PublishRow | { readonly conflict: Unpriced } {
  const { ordinal, sku, snapshot, past, strategy } = row;
  const recent = { past, nowMs };
  const safePrice = applyGuardrails(suggestion, snapshot, row.liveMinor, row.bounds, strategy.guardrails, recent);
  if ('conflict' in safePrice)
    return { conflict: { ordinal, sku, reason: safePrice.conflict, detail: safePrice.detail } };
  return {
    ordinal,
    fence: row.fence,
    sku,
    safePrice,
    previousMinor: row.currentMinor,
    strategy: strategy.name,
    ...(suggestion.confidence !== undefined && { confidence: suggestion.confidence }),
    reason: suggestion.reason,
    costUsd,
    snapshotAtMs: snapshot.observedAtMs,
    decision: { suggestion, snapshot, past, strategy },
  };
}
