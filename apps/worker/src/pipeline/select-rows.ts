import { boundsFor, defaultStrategy } from '@reprice/pricing';
import { ordinalsOf, type PackJob } from '@reprice/queue';
import type { LoadedRow } from '@reprice/store';
import type { ReadyRow, Tools, Unpriced } from './tools.ts';

/** Leaves out what is settled, and finds what no model could price, before a call is paid for it. */
export function selectRows(
  tools: Pick<Tools, 'strategies'>,
  pack: PackJob,
  rows: readonly LoadedRow[],
): { ready: ReadyRow[]; impossible: Unpriced[] } {
  const ready: ReadyRow[] = [];
  const impossible: Unpriced[] = [];
  const ordinals = ordinalsOf(pack);
  pack.skus.forEach((sku, i) => {
    const row = rows[i];
    const ordinal = ordinals[i];
    if (!row || row.settled || ordinal === undefined) return;
    const { snapshot, fence, liveMinor } = row;
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
    ready.push({
      ordinal,
      sku,
      snapshot,
      fence,
      currentMinor: liveMinor ?? snapshot.priceMinor,
      liveMinor,
      bounds,
      strategy,
    });
  });
  return { ready, impossible };
}
