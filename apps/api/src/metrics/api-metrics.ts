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

  constructor() {
    this.received({ queued: 0, unchanged: 0, rejected: 0 });
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
