import {
  type Config,
  ConfigError,
  configExitCode,
  type Env,
  loadConfig,
  type ProcessName,
  secretsOf,
} from '@reprice/config';
import { createLogger, type Logger, logConsole, logCrash } from '@reprice/telemetry';
import { StartError } from './start-error.ts';
import type { StopCause, StopSignal } from './stop-signal.ts';

/** A process that has started. */
export interface RunningProcess {
  /** Where it listens, if it does: told to whoever started it. */
  readonly url?: string | undefined;
  /** What the log says beside `ready`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What it does from the signal on, for the log. */
  readonly stopping: string;
  /** Ends its work; resolves with what the log says beside `stopped`. */
  readonly stop: (cause: StopCause) => Promise<Readonly<Record<string, unknown>>>;
}

/** Starts the work of a process. Rejects with a StartError for what a person has to mend. */
export type StartProcess = (config: Config, log: Logger) => Promise<RunningProcess>;

/**
 * The life of a process: reads its configuration from `env`, starts, works until it is told to stop, and ends. It exits with 0 when it was
 * stopped, with `configExitCode` or that of a {@link StartError} when a person has to mend something first, and with 1 otherwise.
 */
export async function runProcess(
  name: ProcessName,
  env: Env,
  stopSignal: StopSignal,
  start: StartProcess,
): Promise<void> {
  try {
    const config = loadConfig(env, { process: name });
    const log = createLogger({ name, level: config.logLevel, secrets: secretsOf(config) });
    logConsole(log);
    logCrash(log);
    for (const warning of config.warnings) log.warn(warning);
    const { url, facts, stopping, stop } = await start(config, log);
    stopSignal.handle((cause) => {
      const stopped = stop(cause);
      // Not before it is true: whoever reads it may try at once.
      log.info({ signal: cause }, stopping);
      stopped.then(
        (told) => {
          log.info(told, 'stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.error({ err: error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    });
    log.info(facts, 'ready');
    process.send?.({ ready: true, url });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error instanceof ConfigError ? configExitCode : error.exitCode);
  }
}
