import { Counter, createRegistry, Histogram } from '@reprice/telemetry/metrics';
import type { DeliveryObserver, Outcome } from './sink.ts';

/** Seconds of one attempt. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30];
const OUTCOMES: readonly Outcome[] = ['acknowledged', 'retry', 'dead'];

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
}
