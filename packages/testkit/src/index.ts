export { faultsOfMetric, type Metric, readExposition, type Sample } from './exposition.ts';
export type { LogLine } from './output-lines.ts';
export * from './processes.ts';
export { freshNamespace, testRedis } from './test-redis.ts';
