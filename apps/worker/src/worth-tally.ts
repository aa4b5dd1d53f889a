import { differenceBp, rulesPriceMinor } from '@reprice/pricing';
import type { CountsInMemory, WorthLine, WorthSums } from '@reprice/store';
import type { CallSeen, PackObserver, PricedPack } from './pipeline/observer.ts';

type PricedRow = Parameters<PackObserver['priced']>[1][number];
type Sums = { -readonly [K in keyof WorthSums]: WorthSums[K] } & { timesStockMinor: Map<string, number> };

const none: Omit<WorthLine, 'strategy' | 'model'> = {
  calls: 0,
  costNanoUsd: 0,
  rows: 0,
  differing: 0,
  absoluteBp: 0,
  signedBp: 0,
  timesStockMinor: new Map(),
};

/** Counts what a call cost whose prices may be published; a shadow's never are, nor a dry run's. */
export function countCost(counts: CountsInMemory, { strategy, model, route, mode, costNanoUsd }: CallSeen): void {
  if (mode === 'live' && route !== 'shadow') counts.worth({ ...none, strategy, model, calls: 1, costNanoUsd });
}

/** Counts how far the published prices of a model lie from what the rules engine would have published. */
export function countWorth(counts: CountsInMemory, pack: PricedPack, rows: readonly PricedRow[]): void {
  const { mode, source, model, pricedAtMs } = pack;
  if (mode !== 'live' || source !== 'model' || model === undefined) return;
  const byStrategy = new Map<string, Sums>();
  for (const row of rows) {
    let sums = byStrategy.get(row.strategy);
    if (!sums) {
      sums = { ...none, timesStockMinor: new Map() };
      byStrategy.set(row.strategy, sums);
    }
    compare(sums, row, pricedAtMs);
  }
  for (const [strategy, sums] of byStrategy) counts.worth({ ...sums, strategy, model });
}

function compare(sums: Sums, { decision, safePrice, previousMinor }: PricedRow, nowMs: number): void {
  if (!decision) return;
  const { snapshot, strategy, past } = decision;
  const rulesMinor = rulesPriceMinor({ snapshot, strategy, currentMinor: previousMinor, recent: { past, nowMs } });
  if (rulesMinor === undefined) return;
  sums.rows++;
  const differenceMinor = safePrice.minor - rulesMinor;
  if (differenceMinor === 0) return;
  const bp = differenceBp(safePrice.minor, rulesMinor);
  sums.differing++;
  sums.absoluteBp += Math.abs(bp);
  sums.signedBp += bp;
  const { currency, stock } = snapshot;
  if (stock === undefined) return;
  const sum = (sums.timesStockMinor.get(currency) ?? 0) + Math.round(differenceMinor * stock);
  if (Number.isSafeInteger(sum)) sums.timesStockMinor.set(currency, sum);
}
