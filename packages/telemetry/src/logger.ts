import {
  type DestinationStream,
  type Level,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { LogPipe } from './log-pipe.ts';
import { Scrubber } from './scrubber.ts';

/** A logger that writes one line of JSON per entry. */
export type Logger = PinoLogger;

/** Child loggers of pino inherit the properties of their parent. */
const scrubberOf = Symbol('scrubber');

/** How a process logs. */
export interface LoggerOptions {
  /** Names the process in every line, e.g. `worker`. */
  readonly name: string;
  /** From which level on lines are written; default `info`. */
  readonly level?: Level | 'silent';
  /** Values that must never appear in a line; see {@link Scrubber}. */
  readonly secrets?: readonly string[];
  /** Where lines go; default: standard output, by a {@link LogPipe}. */
  readonly destination?: DestinationStream;
}

/**
 * Makes a logger of JSON lines: `{"level":"info","time":"2026-11-21T10:00:00.000Z","name":"worker","pid":1,…,"msg":"…"}`. An error under
 * `err` is written with type, message, stack and causes. Secrets are cut from the finished line.
 */
export function createLogger({ name, level = 'info', secrets = [], destination }: LoggerOptions): Logger {
  const scrubber = new Scrubber(secrets);
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
    hooks: { streamWrite: (line: string) => scrubber.scrub(line) },
  };
  // `process.stdout` itself must be touched: Node then lets a pipe say that it is full instead of waiting.
  const stdout = (): LogPipe => new LogPipe(process.stdout.fd ?? 1, { onDropped });
  const onDropped = (dropped: number): void => {
    logger.warn({ dropped }, 'log lines were dropped: nobody read them');
  };
  const logger = pino(options, destination ?? stdout());
  return Object.assign(logger, { [scrubberOf]: scrubber });
}

/** From the next line on these must not appear in what the logger writes, nor its children, nor the one it is a child of. */
export function addSecrets(logger: Logger, secrets: readonly string[]): void {
  const { [scrubberOf]: scrubber } = logger as Logger & { readonly [scrubberOf]?: Scrubber };
  if (scrubber === undefined) throw new TypeError('the logger was not made by createLogger');
  scrubber.add(secrets);
}
