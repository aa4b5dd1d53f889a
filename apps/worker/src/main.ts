import { ConfigError, configExitCode, loadConfig, secretsOf } from '@reprice/config';
import { createLogger } from '@reprice/telemetry';
import { startWorker } from './worker.ts';

/** Packs in flight may take this long after SIGTERM. */
const SHUTDOWN_MS = 30_000;
/** And this long when the process that started us is gone, and Redis perhaps with it. */
const ORPHANED_MS = 2000;

try {
  const config = loadConfig(process.env, { process: 'worker' });
  const log = createLogger({ name: 'worker', level: config.logLevel, secrets: secretsOf(config) });
  for (const warning of config.warnings) log.warn(warning);
  const worker = await startWorker(config, log);
  log.info({ redis: 'ready', gateway: config.gateway.baseUrl, concurrency: config.workerConcurrency }, 'ready');
  process.send?.({ ready: true });

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'taking no more packs, finishing those in flight');
    worker.stop(signal === 'disconnect' ? ORPHANED_MS : SHUTDOWN_MS).then(
      (drained) => {
        log.info({ drained }, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.once('disconnect', () => stop('disconnect'));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(configExitCode);
}
