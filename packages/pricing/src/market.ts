/**
 * The median of the competitors' prices (of an even count the mean of the middle two, rounded down); undefined without
 * any.
 */
export function marketMinor(competitorsMinor: readonly number[]): number | undefined {
  const count = competitorsMinor.length;
  if (count <= 1) return competitorsMinor[0];
  const sorted = competitorsMinor.toSorted((a, b) => a - b);
  const upper = sorted[count >> 1] ?? 0;
  if (count % 2 === 1) return upper;
  const lower = sorted[(count >> 1) - 1] ?? upper;
  const sum = lower + upper;
  return (sum - (sum % 2)) / 2;
}
