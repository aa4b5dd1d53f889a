export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { onceEvery, type Turn } from './repetition.ts';
export { minScrubbedLength, placeholder, scrubber } from './scrubber.ts';
