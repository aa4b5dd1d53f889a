import { type Config, isLoopback } from '@reprice/config';
import { type MetricsServer, serveMetrics } from '@reprice/telemetry/metrics';
import type { WorkerLiveness } from './liveness.ts';
import type { WorkerMetrics } from './metrics.ts';

/** METRICS_PORT cannot be listened on. */
export class MetricsPortError extends Error {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The metrics cannot be served: ${why}. Set HOST or METRICS_PORT to something else; 0 takes any free port.`);
    this.name = 'MetricsPortError';
  }
}

/**
 * Serves the metrics if METRICS_PORT says so: to whoever is on this machine, or at another address than loopback to who has a key.
 * @throws MetricsPortError
 */
export async function metricsServer(
  { host, metricsPort: port, apiKeys }: Config,
  { registry }: WorkerMetrics,
  liveness: WorkerLiveness,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  const secrets = isLoopback(host) ? undefined : apiKeys.map((key) => key.secret);
  const options = { registry, host, port, liveness: () => liveness.state(), ...(secrets && { secrets }) };
  return await serveMetrics(options).catch((error: unknown) => {
    throw new MetricsPortError(error);
  });
}
