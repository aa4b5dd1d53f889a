import { needsApproval } from '@reprice/pricing';
import type { PublishRow } from '@reprice/store';
import type { ReadyRow } from './tools.ts';

/**
 * Tells prices that may go live from those that wait for a person: they change more than their strategy lets go, or replace a live price in
 * another currency, from which no limit can count.
 */
export function holdRows(
  rows: readonly ReadyRow[],
  priced: readonly PublishRow[],
): { live: readonly PublishRow[]; held: readonly PublishRow[] } {
  const doubtful = new Map(
    rows
      .filter((row) => row.strategy.guardrails.holdAbovePercent !== undefined || isOfOtherCurrency(row))
      .map((row) => [row.ordinal, row]),
  );
  if (doubtful.size === 0) return { live: priced, held: [] };
  const waits = ({ ordinal, safePrice, previousMinor }: PublishRow): boolean => {
    const row = doubtful.get(ordinal);
    if (row === undefined) return false;
    return isOfOtherCurrency(row) || needsApproval(safePrice, previousMinor, row.strategy.guardrails);
  };
  return { live: priced.filter((row) => !waits(row)), held: priced.filter(waits) };
}

/** Whether the SKU has a live price, but in another currency than its snapshot. */
function isOfOtherCurrency({ fence, liveMinor }: ReadyRow): boolean {
  return fence > 0 && liveMinor === undefined;
}
