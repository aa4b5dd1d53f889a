import { Counter, createRegistry } from '@reprice/telemetry/metrics';
import { HttpMetrics } from './http-metrics.ts';
import { StateGauges } from './state-gauges.ts';
import type { SystemState } from './system-state.ts';

/** All that the API shows to Prometheus. One a process, also when the app is made anew. */
export class ApiMetrics {
  readonly #registry = createRegistry();
  readonly http = new HttpMetrics(this.#registry);
  readonly #state = new StateGauges(this.#registry);

  readonly #rows = new Counter({
    name: 'reprice_rows_received_total',
    help: 'Rows of submissions: queued for a price, unchanged since their last one, or rejected.',
    labelNames: ['result'] as const,
    registers: [this.#registry],
  });

  readonly #observations = new Counter({
    name: 'reprice_observations_total',
    help: 'Observations: accepted, stale (older than what was known) or rejected.',
    labelNames: ['result'] as const,
    registers: [this.#registry],
  });

  readonly #marked = new Counter({
    name: 'reprice_observed_skus_repricing_total',
    help: 'SKUs that observations marked to be repriced, once a request.',
    registers: [this.#registry],
  });

  readonly #outcomes = new Counter({
    name: 'reprice_observation_outcomes_total',
    help: 'Accepted observations by what became of them and why: repricing (its SKU was marked), or skipped.',
    labelNames: ['outcome', 'reason'] as const,
    registers: [this.#registry],
  });

  readonly #unusedCompetitors = new Counter({
    name: 'reprice_unused_competitors_total',
    help: "Competitors' prices in other currencies that were not used for want of a rate of today.",
    registers: [this.#registry],
  });

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
    return this.#registry.contentType;
  }

  /** A scrape. */
  async text(state: SystemState | undefined): Promise<string> {
    this.#state.show(state);
    return await this.#registry.metrics();
  }
}
