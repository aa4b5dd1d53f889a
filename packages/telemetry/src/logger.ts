import {
  type DestinationStream,
  type Level,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
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
  /** Where lines go; default: standard output, synchronously, so that the last words of a process are not lost. */
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
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return Object.assign(logger, { [scrubberOf]: scrubber });
}

/** From the next line on these must not appear in what the logger writes, nor its children, nor the one it is a child of. */
export function addSecrets(logger: Logger, secrets: readonly string[]): void {
  const { [scrubberOf]: scrubber } = logger as Logger & { readonly [scrubberOf]?: Scrubber };
  if (scrubber === undefined) throw new TypeError('the logger was not made by createLogger');
  scrubber.add(secrets);
}
