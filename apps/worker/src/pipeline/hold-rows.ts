import { needsApproval } from '@reprice/pricing';
import type { PublishRow } from '@reprice/store';
import type { ReadyRow } from './tools.ts';

/** Tells prices that may go live from those that change more than their strategy lets go without a person. */
export function holdRows(
  rows: readonly ReadyRow[],
  priced: readonly PublishRow[],
): { live: readonly PublishRow[]; held: readonly PublishRow[] } {
  const policies = new Map(
    rows.filter(({ strategy }) => strategy.guardrails.holdAbovePercent !== undefined).map((row) => [row.ordinal, row]),
  );
  if (policies.size === 0) return { live: priced, held: [] };
  const waits = ({ ordinal, safePrice, previousMinor }: PublishRow): boolean => {
    const row = policies.get(ordinal);
    return row !== undefined && needsApproval(safePrice, previousMinor, row.strategy.guardrails);
  };
  return { live: priced.filter((row) => !waits(row)), held: priced.filter(waits) };
}
