import { Redis } from 'ioredis';

/** Longest that a command may take, in ms: an HTTP answer about a Redis that is away must come within two seconds. */
const commandTimeoutMs = 1500;

/**
 * A connection for HTTP handlers: commands fail at once while Redis is away, and are never sent a second time after a reconnect, since a
 * counter that was raised already would be raised again. `offlineQueue` makes them wait instead, for a connection that only subscribes.
 */
export function connectRedis(
  url: string,
  onError: (error: Error) => void,
  options: { offlineQueue?: boolean } = {},
): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: options.offlineQueue ?? false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: options.offlineQueue ? null : 0,
    ...(!options.offlineQueue && { commandTimeout: commandTimeoutMs }),
    connectTimeout: 2000,
    retryStrategy: (times) => Math.min(times * 200, 2000),
  });
  return redis.on('error', onError);
}
