export { type AcquiredRedis, type AcquireOptions, acquireRedis } from './acquire.ts';
export { RedisStartError, type RedisStartErrorCode } from './redis-start-error.ts';
export type { ServerSettings } from './server-process.ts';
