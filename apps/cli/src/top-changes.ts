import type { Price } from './responses.ts';

/** What the prices of a batch look like, seen in one pass: only the most changed are kept in memory. */
export interface ResultDigest {
  /** Most changed first. */
  readonly top: readonly Price[];
  /** How many prices each guardrail moved, most first. */
  readonly guardrails: ReadonlyMap<string, number>;
  /** How many prices each source made: model, rules, manual. */
  readonly sources: ReadonlyMap<string, number>;
}

/** The change of a price in percent; 0 when it had no price before. */
export function changeOf(price: Price): number {
  if (typeof price.changePercent === 'number') return price.changePercent;
  const before = Number(price.previousPrice ?? Number.NaN);
  return before > 0 ? (100 * (Number(price.price) - before)) / before : 0;
}

/** Reads prices one by one and keeps the `size` most changed. */
export async function digestResults(prices: AsyncIterable<Price>, size: number): Promise<ResultDigest> {
  const top: { price: Price; change: number }[] = [];
  const guardrails = new Map<string, number>();
  const sources = new Map<string, number>();
  for await (const price of prices) {
    for (const name of price.guardrails) guardrails.set(name, (guardrails.get(name) ?? 0) + 1);
    sources.set(price.source, (sources.get(price.source) ?? 0) + 1);
    const change = Math.abs(changeOf(price));
    const last = top.at(-1);
    if (top.length === size && last !== undefined && change <= last.change) continue;
    const at = top.findIndex((other) => other.change < change);
    top.splice(at === -1 ? top.length : at, 0, { price, change });
    if (top.length > size) top.pop();
  }
  const byCount = new Map([...guardrails].sort(([, a], [, b]) => b - a));
  return { top: top.map(({ price }) => price), guardrails: byCount, sources };
}
