import { ConfigError, configExitCode, loadConfig, secretsOf } from '@reprice/config';
import { createLogger, logConsole, logCrash } from '@reprice/telemetry';
import type { StopSignal } from '@reprice/telemetry/stop-signal';
import { MetricsPortError } from './metrics-server.ts';
import { UnfitRedisError } from './redis-fitness.ts';
import { type ShutdownTimes, startWorker, type WorkerSeam } from './worker.ts';

/** Half a second is left for the exit itself: 30 s after the signal the process is gone. */
const SHUTDOWN: ShutdownTimes = { finishMs: 25_000, leaveMs: 29_500 };
/** The process that started us is gone, and Redis perhaps with it. */
const ORPHANED: ShutdownTimes = { finishMs: 1000, leaveMs: 2000 };

/** The life of a worker process: reads its configuration from `env`, works until it is told to stop, and ends the process. */
export async function runWorker(
  env: NodeJS.ProcessEnv,
  stopSignal: StopSignal,
  seam: WorkerSeam = {},
  shutdown = SHUTDOWN,
): Promise<void> {
  try {
    const config = loadConfig(env, { process: 'worker' });
    const log = createLogger({ name: 'worker', level: config.logLevel, secrets: secretsOf(config) });
    logConsole(log);
    logCrash(log);
    for (const warning of config.warnings) log.warn(warning);
    const worker = await startWorker(config, log, seam);
    stopSignal.handle((cause) => {
      log.info({ signal: cause }, 'taking no more packs, finishing those in flight');
      worker.stop(cause === 'disconnect' ? ORPHANED : shutdown).then(
        (unfinished) => {
          if (unfinished.length > 0) log.warn({ jobIds: unfinished }, 'left packs behind, others run them again');
          log.info({ drained: unfinished.length === 0 }, 'stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.error({ err: error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    });
    const { metricsUrl } = worker;
    log.info(
      { redis: 'ready', gateway: config.gateway.baseUrl, concurrency: config.workerConcurrency, metrics: metricsUrl },
      'ready',
    );
    process.send?.({ ready: true, url: metricsUrl });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UnfitRedisError || error instanceof MetricsPortError))
      throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
}
