import { formatUsd } from '@reprice/pricing';

/** Each row's share of a call's cost, in dollars; the shares add up to the cost, to the nano-dollar. */
export function splitCost(costNanoUsd: number, rows: number): string[] {
  const share = Math.floor(costNanoUsd / rows);
  const rest = costNanoUsd - share * rows;
  const low = formatUsd(share);
  const high = formatUsd(share + 1);
  return Array.from({ length: rows }, (_, i) => (i < rest ? high : low));
}
