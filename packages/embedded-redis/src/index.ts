export { type AcquiredRedis, type AcquireOptions, acquireRedis } from './acquire.ts';
export { RedisStartError } from './redis-start-error.ts';
