export { faultsOfMetric, type Metric, readExposition } from './exposition.ts';
export * from './processes.ts';
export { freshNamespace, testRedis } from './test-redis.ts';
