import { type Config, isLoopback } from '@reprice/config';
import { type Liveness, type MetricsServer, type Registry, serveMetrics } from '@reprice/telemetry/metrics';
import { StartError } from './start-error.ts';

/**
 * Serves the metrics if METRICS_PORT says so: to whoever is on this machine, or at another address than loopback to who has a key.
 * @throws StartError if the port cannot be listened on
 */
export async function serveMetricsPort(
  { host, metricsPort: port, apiKeys }: Config,
  registry: Registry,
  liveness: () => Liveness,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  const secrets = isLoopback(host) ? undefined : apiKeys.map((key) => key.secret);
  return await serveMetrics({ registry, host, port, liveness, ...(secrets && { secrets }) }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `The metrics cannot be served: ${why}. Set HOST or METRICS_PORT to something else; 0 takes any free port.`,
    );
  });
}
