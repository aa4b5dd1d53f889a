import type { CountedCall } from '@reprice/pricing';
import type { PublishRow } from '@reprice/store';
import type { Answer } from './call-model.ts';
import type { Judgement } from './judge-answer.ts';

/** What a call and its rows come to, by which routes are compared; `stableWorstNanoUsd`: see {@link CountedCall}. */
export function countedCall(
  { outcome, booked, tookMs }: Answer,
  { priced, open, conflicting }: Judgement,
  stableWorstNanoUsd: number,
): CountedCall {
  const isError = outcome.kind !== 'complete';
  const asked = priced.length + open.length + conflicting.length;
  const isRefusal = outcome.kind === 'refused' || outcome.kind === 'rate_limited';
  return {
    isError,
    ...(!isError && { rows: { asked, invalid: open.length, clamped: priced.filter(isClamped).length } }),
    costNanoUsd: booked.costNanoUsd,
    stableWorstNanoUsd,
    ...(!isRefusal && { latencyMs: 'latencyMs' in outcome ? outcome.latencyMs : tookMs }),
  };
}

/** Whether a guardrail other than rounding moved it. */
function isClamped({ safePrice }: PublishRow): boolean {
  return safePrice.guardrails.some((name) => name !== 'rounding');
}
