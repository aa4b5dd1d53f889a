import { ConfigError, configExitCode, loadConfig, secretsOf } from '@reprice/config';
import { createLogger, keepHeapSmall, logConsole, logCrash } from '@reprice/telemetry';
import { type RunningApi, startApi } from './api.ts';
import { UnfitRedis } from './unfit-redis.ts';

try {
  keepHeapSmall();
  const config = loadConfig(process.env, { process: 'api' });
  const log = createLogger({ name: 'api', level: config.logLevel, secrets: secretsOf(config) });
  logConsole(log);
  logCrash(log);
  for (const warning of config.warnings) log.warn(warning);

  let api: RunningApi | undefined;
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    // While it starts, nothing is under way.
    const stopped = api?.stop() ?? Promise.resolve();
    // Not before it is true: whoever reads it may try at once.
    log.info({ signal }, 'taking no more requests, finishing those under way');
    stopped.then(
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
  api = await startApi(config, log);
  log.info({ url: api.url }, 'ready');
  process.send?.({ ready: true, url: api.url });
} catch (error) {
  const refused = listenFault(error);
  const isSetting = error instanceof ConfigError || error instanceof UnfitRedis;
  if (!isSetting && refused === undefined) throw error;
  process.stderr.write(`${refused ?? (error as Error).message}\n`);
  process.exit(refused === undefined ? configExitCode : 1);
}

/** Why the address of HOST and PORT cannot be listened on, for a person; undefined for any other error. */
function listenFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') return undefined;
  const hint = error.code === 'EADDRINUSE' ? 'another process listens there' : 'this machine does not allow it';
  return `${error.message}: ${hint}. Set HOST or PORT to something else; PORT=0 takes any free port.`;
}
