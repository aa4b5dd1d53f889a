import {
  type DestinationStream,
  type Level,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { scrubber } from './scrubber.ts';

/** A logger that writes one line of JSON per entry. */
export type Logger = PinoLogger;

/** How a process logs. */
export interface LoggerOptions {
  /** Names the process in every line, e.g. `worker`. */
  readonly name: string;
  /** From which level on lines are written; default `info`. */
  readonly level?: Level | 'silent';
  /** Values that must never appear in a line; see {@link scrubber}. */
  readonly secrets?: readonly string[];
  /** Where lines go; default: standard output, synchronously, so that the last words of a process are not lost. */
  readonly destination?: DestinationStream;
}

/**
 * Makes a logger of JSON lines: `{"level":"info","time":"2026-11-21T10:00:00.000Z","name":"worker","pid":1,…,"msg":"…"}`. An error under
 * `err` is written with type, message, stack and causes. Secrets are cut from the finished line.
 */
export function createLogger({ name, level = 'info', secrets = [], destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
    hooks: { streamWrite: scrubber(secrets) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
