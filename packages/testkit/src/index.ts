export type { LogLine } from './output-lines.ts';
export * from './processes.ts';
export { freshNamespace, testRedis } from './test-redis.ts';
