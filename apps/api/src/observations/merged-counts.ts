import { CompetitorTally, type MergedRow } from '@reprice/store';
import { IgnoredFields } from '../intake/ignored-fields.ts';
import { SkuSet } from '../intake/sku-set.ts';
import type { ApiMetrics } from '../metrics/api-metrics.ts';

/** What became of the observations of one request, counted. */
export class MergedCounts {
  accepted = 0;
  stale = 0;
  /** SKUs that are to be repriced, each once. */
  repricing = 0;
  rejected = 0;
  readonly ignored = new IgnoredFields();
  readonly competitors = new CompetitorTally();
  /** Accepted observations by reason; those whose SKU waits already are skipped as `waiting`. */
  readonly #outcomes = new Map([
    ['repricing', new Map<string, number>()],
    ['skipped', new Map<string, number>()],
  ] as const);
  readonly #marked = new SkuSet();

  add(row: MergedRow): void {
    if (row.kind === 'rejected') {
      this.rejected++;
      return;
    }
    for (const name of row.ignored) this.ignored.add(name);
    if (row.kind === 'stale') {
      this.stale++;
      return;
    }
    this.accepted++;
    if (row.conversions !== undefined) this.competitors.add(row.conversions);
    const [outcome, reason] =
      row.kind === 'repricing' && row.waits ? (['skipped', 'waiting'] as const) : ([row.kind, row.reason] as const);
    const reasons = this.#outcomes.get(outcome);
    reasons?.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (row.kind === 'repricing' && this.#marked.add(row.sku)) this.repricing++;
  }

  /** Tells Prometheus, once the request is done. */
  tell(metrics: ApiMetrics): void {
    metrics.observed(this);
    metrics.outcomes(this.#outcomes);
    metrics.competitorsUnused(this.competitors.unused);
  }
}
