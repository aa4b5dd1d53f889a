import {
  applyGuardrails,
  type Bounds,
  boundsFor,
  type Conflict,
  defaultStrategy,
  formatMoney,
  type RecentPrices,
  type Snapshot,
  type Strategy,
  suggestionFrom,
} from '@reprice/pricing';
import { ordinalsOf, type PackJob } from '@reprice/queue';
import { isObserved, type LoadedRow } from '@reprice/store';
import type { ReadyRow, Tools, Unpriced } from './tools.ts';

/** Leaves out what is settled, tells the ordinals of what an observation moved and another run has priced since, and finds what no model could price, before a call is paid for it. */
export function selectRows(
  tools: Pick<Tools, 'strategies' | 'nowMs'>,
  pack: PackJob,
  rows: readonly LoadedRow[],
): { ready: ReadyRow[]; fresh: number[]; impossible: Unpriced[] } {
  const ready: ReadyRow[] = [];
  const fresh: number[] = [];
  const impossible: Unpriced[] = [];
  const ordinals = ordinalsOf(pack);
  pack.skus.forEach((sku, i) => {
    const row = rows[i];
    const ordinal = ordinals[i];
    if (!row || row.settled || ordinal === undefined) return;
    if (row.holds && isObserved(pack.batchId)) {
      fresh.push(ordinal);
      return;
    }
    const { snapshot, fence, liveMinor, past } = row;
    if (!snapshot) {
      impossible.push({
        ordinal,
        sku,
        reason: 'no_snapshot',
        detail: 'Redis holds no snapshot of this SKU any more; submit it again.',
      });
      return;
    }
    const name = snapshot.strategy ?? defaultStrategy;
    const strategy = tools.strategies[name];
    if (!strategy) {
      impossible.push({
        ordinal,
        sku,
        reason: 'unknown_strategy',
        detail: `This worker's configuration has no strategy "${name}".`,
      });
      return;
    }
    const bounds = boundsFor(snapshot, strategy.guardrails);
    if ('conflict' in bounds) {
      impossible.push({ ordinal, sku, reason: bounds.conflict, detail: bounds.detail });
      return;
    }
    const currentMinor = liveMinor ?? snapshot.priceMinor;
    const conflict = changeConflict(snapshot, liveMinor, bounds, strategy, { past, nowMs: tools.nowMs() });
    if (conflict) {
      impossible.push({ ordinal, sku, reason: conflict.conflict, detail: conflict.detail });
      return;
    }
    ready.push({
      ordinal,
      sku,
      snapshot,
      fence,
      currentMinor,
      liveMinor,
      past,
      bounds,
      strategy,
      ...unsureAt(pack, i),
    });
  });
  return { ready, fresh, impossible };
}

function unsureAt({ unsure }: PackJob, i: number): Pick<ReadyRow, 'unsure'> {
  const row = unsure?.rows[i];
  if (!unsure || !row) return {};
  const [price, confidence, costNanoUsd] = row;
  return { unsure: { model: unsure.model, price, ...(confidence !== null && { confidence }), costNanoUsd } };
}

/** Why no price at all could pass: the current one lies so far outside its bounds that no limit on change lets it get there. */
function changeConflict(
  snapshot: Snapshot,
  liveMinor: number | undefined,
  bounds: Bounds,
  strategy: Strategy,
  recent: RecentPrices,
): Conflict | undefined {
  const currentMinor = liveMinor ?? snapshot.priceMinor;
  if (currentMinor >= bounds.floorMinor && currentMinor <= bounds.ceilingMinor) return undefined;
  const unmoved = suggestionFrom({ price: formatMoney(currentMinor, snapshot.currency), reason: 'hold' });
  const result = applyGuardrails(unmoved, snapshot, liveMinor, bounds, strategy.guardrails, recent);
  return 'conflict' in result ? result : undefined;
}
