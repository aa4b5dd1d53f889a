/**
 * Why no Redis could be had.
 * - `redis_missing`: no usable server program; the message says how to get one.
 * - `redis_in_use`: another running Redis holds the data directory.
 * - `redis_failed`: the server program was started and ended, or did not get ready.
 */
export type RedisStartErrorCode = 'redis_missing' | 'redis_in_use' | 'redis_failed';

/** Thrown by `acquireRedis`; its message is a sentence for the person at the terminal. */
export class RedisStartError extends Error {
  readonly code: RedisStartErrorCode;

  constructor(code: RedisStartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisStartError';
    this.code = code;
  }
}
