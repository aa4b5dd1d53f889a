import { format } from 'node:util';
import type { Logger } from './logger.ts';
import { onceEvery } from './repetition.ts';

const SAME_LINE_EVERY_MS = 3_600_000;

/**
 * Turns what libraries print by `console` into entries of the log, `{source: 'console'}`, with secrets cut like everywhere else; the same
 * words at most once an hour.
 */
export function logConsole(logger: Logger): void {
  const turn = onceEvery(SAME_LINE_EVERY_MS);
  const as =
    (level: 'info' | 'warn' | 'error') =>
    (...args: unknown[]): void => {
      const text = format(...args).trim();
      if (text !== '' && turn(text)) logger[level]({ source: 'console' }, text);
    };
  Object.assign(console, { log: as('info'), info: as('info'), warn: as('warn'), error: as('error'), debug: () => {} });
}
