import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export { type Liveness, type MetricsServer, serveMetrics } from './metrics-server.ts';
export type { Counter, Gauge, Histogram, Registry };

/** A label value in this form is taken over, anything else is told as `other`. */
const plainValue = /^[\w.:/@-]{1,80}$/;

/** Makes the metrics of a process, beside what Node tells of it: `process_*` and `nodejs_*`. */
export class Meter {
  readonly registry = new Registry();
  readonly #registers = [this.registry];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // Gauges with the suffix of a counter, which promtool finds fault with; the metrics without it tell the same by kind.
    for (const name of ['handles', 'requests', 'resources'])
      this.registry.removeSingleMetric(`nodejs_active_${name}_total`);
  }

  /** @param collect sets it at each scrape */
  counter<Label extends string>(
    name: string,
    labelNames: Label[],
    help: string,
    collect: (counter: Counter<Label>) => void = () => {},
  ): Counter<Label> {
    const counter: Counter<Label> = new Counter({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect: () => collect(counter),
    });
    return counter;
  }

  /** @param collect sets it at each scrape */
  gauge<Label extends string>(
    name: string,
    labelNames: Label[],
    help: string,
    collect: (gauge: Gauge<Label>) => void = () => {},
  ): Gauge<Label> {
    const gauge: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect: () => collect(gauge),
    });
    return gauge;
  }

  /** @param buckets upper bounds, ascending */
  histogram<Label extends string>(
    name: string,
    labelNames: Label[],
    buckets: number[],
    help: string,
  ): Histogram<Label> {
    return new Histogram({ name, help, buckets, labelNames, registers: this.#registers });
  }
}

/**
 * Keeps a label bounded: the returned function gives the first `most` different values as they are, and `other` for all further ones and
 * for what is no plain word. No text of a user can so make series without end.
 */
export function boundedLabel(most = 50): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most || !plainValue.test(value)) return 'other';
    known.add(value);
    return value;
  };
}
