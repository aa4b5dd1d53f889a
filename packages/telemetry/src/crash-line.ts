import type { Logger } from './logger.ts';

/** Writes an error that nobody handled as the last entry of the log, without secrets, and ends the process with 1, as Node would. */
export function logCrash(logger: Logger): void {
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err, origin }, 'the process ends: nobody handled an error');
    process.exit(1);
  });
}
