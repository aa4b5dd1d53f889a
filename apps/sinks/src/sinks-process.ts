import { ConfigError, configExitCode, loadConfig, secretsOf } from '@reprice/config';
import { createLogger, logConsole, logCrash } from '@reprice/telemetry';
import type { StopSignal } from '@reprice/telemetry/stop-signal';
import { MetricsPortError } from './metrics.ts';
import { type SinksSeam, startSinks, UnfitRedisError } from './sinks.ts';

/** What is under way may finish for so long after the signal. */
const FINISH_MS = 10_000;
/** The process that started us is gone, and Redis perhaps with it. */
const ORPHANED_MS = 1000;

/** The life of a sinks process: reads its configuration from `env`, delivers until it is told to stop, and ends the process. */
export async function runSinks(env: NodeJS.ProcessEnv, stopSignal: StopSignal, seam: SinksSeam = {}): Promise<void> {
  try {
    const config = loadConfig(env, { process: 'sinks' });
    const log = createLogger({ name: 'sinks', level: config.logLevel, secrets: secretsOf(config) });
    logConsole(log);
    logCrash(log);
    for (const warning of config.warnings) log.warn(warning);
    const sinks = await startSinks(config, log, seam);
    stopSignal.handle((cause) => {
      log.info({ signal: cause }, 'finishing what is under way');
      sinks.stop(cause === 'disconnect' ? ORPHANED_MS : FINISH_MS).then(
        () => {
          log.info('stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.error({ err: error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    });
    const { metricsUrl } = sinks;
    log.info({ redis: 'ready', sinks: Object.keys(config.sinks), metrics: metricsUrl }, 'ready');
    process.send?.({ ready: true, url: metricsUrl });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UnfitRedisError || error instanceof MetricsPortError))
      throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
}
