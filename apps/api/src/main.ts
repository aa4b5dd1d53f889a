import { ConfigError, configExitCode, loadConfig, secretsOf } from '@reprice/config';
import { createLogger } from '@reprice/telemetry';
import { startApi } from './api.ts';
import { keepHeapSmall } from './heap.ts';

try {
  keepHeapSmall();
  const config = loadConfig(process.env, { process: 'api' });
  const log = createLogger({ name: 'api', level: config.logLevel, secrets: secretsOf(config) });
  for (const warning of config.warnings) log.warn(warning);
  const api = await startApi(config, log);
  log.info({ url: api.url }, 'ready');
  process.send?.({ ready: true, url: api.url });

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'taking no more requests, finishing those under way');
    api.stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.once('disconnect', () => {
    // Whoever started us is gone; if a stop is under way already, that is what we are at.
    if (!stopping) stop('disconnect');
  });
} catch (error) {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!(error instanceof ConfigError) && !inUse) throw error;
  process.stderr.write(
    inUse
      ? `${error.message}: another process listens there. Set PORT to another one, or to 0 for any.\n`
      : `${error.message}\n`,
  );
  process.exit(inUse ? 1 : configExitCode);
}
