import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { type Liveness, type MetricsServer, serveMetrics } from './metrics-server.ts';

/** A label value in this form is taken over, anything else is told as `other`. */
const plainValue = /^[\w.:/@-]{1,80}$/;

/** A registry that holds what Node tells of the process: `process_*` and `nodejs_*`. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges with the suffix of a counter, which promtool finds fault with; the metrics without it tell the same by kind.
  for (const name of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${name}_total`);
  return registry;
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
