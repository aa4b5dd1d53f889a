import { formatUsd, isAbsurd, parseUsd, type ReplyResult, type RowProblem, suggestionFrom } from '@reprice/pricing';
import type { PublishRow } from '@reprice/store';
import { priceRow } from './price-row.ts';
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
    const { ordinal, sku, snapshot } = row;
    const answered = reply.rows.get(i + 1);
    const suggestion = answered && suggestionFrom(answered);
    if (!suggestion || isAbsurd(suggestion, snapshot)) {
      const problem = suggestion ? 'absurd' : (reply.problems.get(i + 1) ?? 'missing');
      const detail = `Asked three times; the last time ${problemWords[problem]}.`;
      open.push({ ordinal, sku, reason: 'invalid_answer', detail });
      continue;
    }
    const published = priceRow(row, suggestion, withEarlier(costs[i] ?? '', row), nowMs);
    if ('conflict' in published) conflicting.push(published.conflict);
    else priced.push(row.unsure ? { ...published, unsure: row.unsure } : published);
  }
  return { priced, open, conflicting };
}

/** What a row cost, the small model's share included where it went on. */
function withEarlier(costUsd: string, { unsure }: ReadyRow): string {
  return unsure ? formatUsd((parseUsd(costUsd) ?? 0) + unsure.costNanoUsd) : costUsd;
}
