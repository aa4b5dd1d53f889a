import { createRegistry } from '@reprice/telemetry/metrics';
import { HttpMetrics } from './http-metrics.ts';
import { StateGauges } from './state-gauges.ts';
import type { SystemState } from './system-state.ts';

/** All that the API shows to Prometheus. One a process, also when the app is made anew. */
export class ApiMetrics {
  readonly #registry = createRegistry();
  readonly http = new HttpMetrics(this.#registry);
  readonly #state = new StateGauges(this.#registry);

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A scrape. */
  async text(state: SystemState | undefined): Promise<string> {
    this.#state.show(state);
    return await this.#registry.metrics();
  }
}
