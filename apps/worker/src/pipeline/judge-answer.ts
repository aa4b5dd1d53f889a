import {
  applyGuardrails,
  formatUsd,
  isAbsurd,
  parseUsd,
  type ReplyResult,
  type RowProblem,
  suggestionFrom,
} from '@reprice/pricing';
import type { PublishRow } from '@reprice/store';
import { splitCost } from './split-cost.ts';
import type { ReadyRow, Unpriced } from './tools.ts';

/** What an answer comes to. */
export interface Judgement {
  readonly priced: PublishRow[];
  /** Rows to be asked again. */
  readonly open: Unpriced[];
  /** Rows whose guardrails contradict each other: asking again would not help. */
  readonly conflicting: Unpriced[];
}

const problemWords: Readonly<Record<RowProblem, string>> = {
  missing: 'the answer has no line for it',
  unknown: 'the answer has lines for rows that were not asked',
  duplicate: 'the answer has two lines for it',
  not_a_number: 'the price in the answer is not a plain number',
  absurd: 'the price in the answer is absurd',
};

/** Makes safe prices of the answer's valid rows, as of `nowMs`. Each row that was asked ends in exactly one of the three lists. */
export function judgeAnswer(
  rows: readonly ReadyRow[],
  reply: ReplyResult,
  costNanoUsd: number,
  nowMs: number,
): Judgement {
  const priced: PublishRow[] = [];
  const open: Unpriced[] = [];
  const conflicting: Unpriced[] = [];
  const costs = splitCost(costNanoUsd, rows.length);
  for (const [i, row] of rows.entries()) {
    const { ordinal, sku, snapshot, past, strategy } = row;
    const answered = reply.rows.get(i + 1);
    const suggestion = answered && suggestionFrom(answered);
    if (!suggestion || isAbsurd(suggestion, snapshot)) {
      const problem = suggestion ? 'absurd' : (reply.problems.get(i + 1) ?? 'missing');
      const detail = `Asked three times; the last time ${problemWords[problem]}.`;
      open.push({ ordinal, sku, reason: 'invalid_answer', detail });
      continue;
    }
    const recent = { past, nowMs };
    const safePrice = applyGuardrails(suggestion, snapshot, row.liveMinor, row.bounds, strategy.guardrails, recent);
    if ('conflict' in safePrice) {
      conflicting.push({ ordinal, sku, reason: safePrice.conflict, detail: safePrice.detail });
      continue;
    }
    priced.push({
      ordinal,
      fence: row.fence,
      sku,
      safePrice,
      previousMinor: row.currentMinor,
      strategy: strategy.name,
      ...(suggestion.confidence !== undefined && { confidence: suggestion.confidence }),
      reason: suggestion.reason,
      costUsd: withEarlier(costs[i] ?? '', row),
      ...(row.unsure && { unsure: row.unsure }),
      snapshotAtMs: snapshot.observedAtMs,
      decision: { suggestion, snapshot, past, strategy },
    });
  }
  return { priced, open, conflicting };
}

/** What a row cost, the small model's share included where it went on. */
function withEarlier(costUsd: string, { unsure }: ReadyRow): string {
  return unsure ? formatUsd((parseUsd(costUsd) ?? 0) + unsure.costNanoUsd) : costUsd;
}
