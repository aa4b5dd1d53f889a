import type { Price } from './responses.ts';

/** What the prices of a batch look like, seen in one pass: only the most changed are kept in memory. */
export interface ResultDigest {
  /** The largest rises, then the largest cuts, largest first; unchanged prices only where there is nothing else. */
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

/** The prices with the highest weight, highest first; of equals the first that came. */
class Top {
  readonly #size: number;
  readonly #kept: { price: Price; weight: number }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(price: Price, weight: number): void {
    const last = this.#kept.at(-1);
    if (this.#kept.length === this.#size && last !== undefined && weight <= last.weight) return;
    const at = this.#kept.findIndex((other) => other.weight < weight);
    this.#kept.splice(at === -1 ? this.#kept.length : at, 0, { price, weight });
    if (this.#kept.length > this.#size) this.#kept.pop();
  }

  get prices(): Price[] {
    return this.#kept.map(({ price }) => price);
  }
}

function addOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/**
 * Reads prices one by one and keeps the `size` most changed: half of them rises and half cuts, for a cap on the change of a run makes
 * many rises equal and would hide every cut; where one side has fewer, the other fills its place.
 */
export async function digestResults(prices: AsyncIterable<Price>, size: number): Promise<ResultDigest> {
  const rises = new Top(size);
  const cuts = new Top(size);
  const same = new Top(size);
  const guardrails = new Map<string, number>();
  const sources = new Map<string, number>();
  for await (const price of prices) {
    for (const name of price.guardrails) addOne(guardrails, name);
    addOne(sources, price.source);
    const change = changeOf(price);
    const side = change > 0 ? rises : change < 0 ? cuts : same;
    side.add(price, Math.abs(change));
  }
  const half = Math.ceil(size / 2);
  const up = rises.prices.slice(0, size - Math.min(size - half, cuts.prices.length));
  const changed = [...up, ...cuts.prices.slice(0, size - up.length)];
  return {
    top: changed.length > 0 ? changed : same.prices,
    guardrails: new Map([...guardrails].sort(([, a], [, b]) => b - a)),
    sources,
  };
}
