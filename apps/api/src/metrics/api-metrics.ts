import { Meter } from '@reprice/telemetry/metrics';
import { HttpMetrics } from './http-metrics.ts';
import { StateGauges } from './state-gauges.ts';
import type { SystemState } from './system-state.ts';

/** All that the API shows to Prometheus. One a process, also when the app is made anew. */
export class ApiMetrics {
  readonly #meter = new Meter();
  readonly http = new HttpMetrics(this.#meter);
  readonly #state = new StateGauges(this.#meter);

  readonly #rows = this.#meter.counter(
    'reprice_rows_received_total',
    ['result'],
    'Rows of submissions: queued for a price, unchanged since their last one, or rejected.',
  );

  readonly #observations = this.#meter.counter(
    'reprice_observations_total',
    ['result'],
    'Observations: accepted, stale (older than what was known) or rejected.',
  );

  readonly #marked = this.#meter.counter(
    'reprice_observed_skus_repricing_total',
    [],
    'SKUs that observations marked to be repriced, once a request.',
  );

  readonly #outcomes = this.#meter.counter(
    'reprice_observation_outcomes_total',
    ['outcome', 'reason'],
    'Accepted observations by what became of them and why: repricing (its SKU was marked), or skipped.',
  );

  readonly #unusedCompetitors = this.#meter.counter(
    'reprice_unused_competitors_total',
    [],
    "Competitors' prices in other currencies that were not used for want of a rate of today.",
  );

  constructor() {
    this.received({ queued: 0, unchanged: 0, rejected: 0 });
    this.observed({ accepted: 0, stale: 0, rejected: 0, repricing: 0 });
    this.#outcomes.inc({ outcome: 'skipped', reason: 'unchanged' }, 0);
  }

  /** Observations were taken. */
  observed(taken: Readonly<Record<'accepted' | 'stale' | 'rejected' | 'repricing', number>>): void {
    for (const result of ['accepted', 'stale', 'rejected'] as const) this.#observations.inc({ result }, taken[result]);
    this.#marked.inc(taken.repricing);
  }

  /** What became of accepted observations, by reason. */
  outcomes(outcomes: ReadonlyMap<'repricing' | 'skipped', ReadonlyMap<string, number>>): void {
    for (const [outcome, reasons] of outcomes)
      for (const [reason, count] of reasons) this.#outcomes.inc({ outcome, reason }, count);
  }

  /** Competitors' prices of a submission or of observations could not be used. */
  competitorsUnused(unused: ReadonlyMap<string, number>): void {
    for (const count of unused.values()) this.#unusedCompetitors.inc(count);
  }

  /** A submission was accepted, with so many rows. */
  received(rows: Readonly<Record<'queued' | 'unchanged' | 'rejected', number>>): void {
    for (const result of ['queued', 'unchanged', 'rejected'] as const) this.#rows.inc({ result }, rows[result]);
  }

  get contentType(): string {
    return this.#meter.registry.contentType;
  }

  /** A scrape. */
  async text(state: SystemState | undefined): Promise<string> {
    this.#state.show(state);
    return await this.#meter.registry.metrics();
  }
}
