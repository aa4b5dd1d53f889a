import { slotOwnerOptions } from '@reprice/process';
import { Redis } from 'ioredis';

/** Longest that a command may take, in ms: an HTTP answer about a Redis that is away must come within two seconds. */
const commandTimeoutMs = 1200;

/** How often a connection is asked whether it still carries anything, in ms. */
const pingEveryMs = 3000;

/** A connection from which nothing comes for so long, though something was asked, is cut and made anew, in ms. */
const silenceMs = 5000;

/** How a connection is made, beside its address. */
export interface RedisConnectionOptions {
  /** Commands wait while Redis is away instead of failing: for a connection that only subscribes. */
  readonly offlineQueue?: boolean;
  /** Longest that a command may take, ms: for a connection whose commands wait for something. */
  readonly commandTimeoutMs?: number;
  /** As `silenceMs` and `pingEveryMs`; the defaults suit but for tests. */
  readonly silenceMs?: number;
  readonly pingEveryMs?: number;
}

/**
 * A connection for HTTP handlers: commands fail at once while Redis is away, and are never sent a second time after a reconnect, since a
 * counter that was raised already would be raised again. A connection that is open and carries nothing (a network that swallows packets)
 * is noticed within `pingEveryMs + silenceMs`, also while no request comes, and what was asked on it is thrown away with it.
 *
 * @param urls of one Redis, or of several nodes of a cluster
 */
export function connectRedis(
  urls: readonly string[],
  onError: (error: Error) => void,
  options: RedisConnectionOptions = {},
): Redis {
  const redis = new Redis(urls[0] ?? '', {
    ...slotOwnerOptions(urls),
    enableOfflineQueue: options.offlineQueue ?? false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: options.offlineQueue ? null : 0,
    ...(!options.offlineQueue && { commandTimeout: options.commandTimeoutMs ?? commandTimeoutMs }),
    connectTimeout: 2000,
    socketTimeout: options.silenceMs ?? silenceMs,
    retryStrategy: (times) => Math.min(times * 200, 2000),
  });
  const pinging = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => undefined);
  }, options.pingEveryMs ?? pingEveryMs).unref();
  redis.once('end', () => clearInterval(pinging));
  return redis.on('error', onError);
}
