export { logConsole } from './console-lines.ts';
export { logCrash } from './crash-line.ts';
export { addSecrets, createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { onceEvery, type Turn, withoutNumbers } from './repetition.ts';
export { placeholder, Scrubber } from './scrubber.ts';
