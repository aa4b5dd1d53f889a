import { type Config, isLoopback } from '@reprice/config';
import { Counter, createRegistry, Histogram, type MetricsServer, serveMetrics } from '@reprice/telemetry/metrics';
import type { DeliveryObserver, Outcome } from './sink.ts';

/** Seconds of one attempt. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30];
const OUTCOMES: readonly Outcome[] = ['acknowledged', 'retry', 'dead'];

/** METRICS_PORT cannot be listened on. */
export class MetricsPortError extends Error {
  override readonly name = 'MetricsPortError';

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The metrics cannot be served: ${why}. Set HOST or METRICS_PORT to something else; 0 takes any free port.`);
  }
}

/** What a sinks process counts for Prometheus. How far behind each sink is, the API tells, which is there when no sinks process is. */
export class SinkMetrics {
  readonly registry = createRegistry();
  readonly #registers = [this.registry];
  readonly #attempts = new Counter({
    name: 'reprice_sink_attempts_total',
    help: 'Attempts to deliver a message to a sink, by what came of them: acknowledged, retry, dead.',
    labelNames: ['sink', 'outcome'] as const,
    registers: this.#registers,
  });
  readonly #prices = new Counter({
    name: 'reprice_sink_prices_total',
    help: 'Prices in messages that a sink took.',
    labelNames: ['sink'] as const,
    registers: this.#registers,
  });
  readonly #seconds = new Histogram({
    name: 'reprice_sink_attempt_seconds',
    help: 'How long an attempt to deliver a message took.',
    labelNames: ['sink'] as const,
    buckets: BUCKETS,
    registers: this.#registers,
  });

  /** Tells 0 from the start, so that the first of each is seen as a rise. */
  watch(sink: string): void {
    for (const outcome of OUTCOMES) this.#attempts.inc({ sink, outcome }, 0);
    this.#prices.inc({ sink }, 0);
  }

  readonly observe: DeliveryObserver = ({ name: sink }, { prices }, { latencyMs }, outcome) => {
    this.#attempts.inc({ sink, outcome });
    this.#seconds.observe({ sink }, latencyMs / 1000);
    if (outcome === 'acknowledged') this.#prices.inc({ sink }, prices.length);
  };

  /**
   * Serves them if METRICS_PORT says so: to whoever is on this machine, or at another address than loopback to who has a key.
   *
   * @throws MetricsPortError
   */
  async serve({ host, metricsPort: port, apiKeys }: Config): Promise<MetricsServer | undefined> {
    if (port === undefined) return undefined;
    const secrets = isLoopback(host) ? undefined : apiKeys.map((key) => key.secret);
    const liveness = () => ({ ok: true, detail: '' });
    const options = { registry: this.registry, host, port, liveness, ...(secrets && { secrets }) };
    return await serveMetrics(options).catch((error: unknown) => {
      throw new MetricsPortError(error);
    });
  }
}
