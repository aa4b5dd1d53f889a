import { Meter, type Registry } from '@reprice/telemetry/metrics';
import type { DeliveryObserver, Outcome } from './sink.ts';

/** Seconds of one attempt. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30];
const OUTCOMES: readonly Outcome[] = ['acknowledged', 'retry', 'dead'];

/** What a sinks process counts for Prometheus. How far behind each sink is, the API tells, which is there when no sinks process is. */
export class SinkMetrics {
  readonly #meter = new Meter();
  readonly registry: Registry = this.#meter.registry;
  readonly #attempts = this.#meter.counter(
    'reprice_sink_attempts_total',
    ['sink', 'outcome'],
    'Attempts to deliver a message to a sink, by what came of them: acknowledged, retry, dead.',
  );
  readonly #prices = this.#meter.counter('reprice_sink_prices_total', ['sink'], 'Prices in messages that a sink took.');
  readonly #seconds = this.#meter.histogram(
    'reprice_sink_attempt_seconds',
    ['sink'],
    BUCKETS,
    'How long an attempt to deliver a message took.',
  );

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
