import { Redis } from 'ioredis';
import { slotOwnerOptions } from './slot-owner.ts';

const RECONNECT_CAP_MS = 2000;

/** What a connection is told besides its address. */
export interface RedisConnectionOptions {
  /** How long it may owe an answer before it counts as cut: longer than any command on it waits by itself. */
  readonly silenceMs: number;
  readonly onError: (error: Error) => void;
}

/**
 * A connection whose commands wait while Redis is away, and are sent again when it is back, which all of our scripts bear. One that a
 * firewall swallowed without a word is noticed as soon as something is asked over it, as chores do each second.
 *
 * @param urls of one Redis, or of several nodes of a cluster
 */
export function connectRedis(urls: readonly string[], { silenceMs, onError }: RedisConnectionOptions): Redis {
  const redis = new Redis(urls[0] ?? '', {
    ...slotOwnerOptions(urls),
    maxRetriesPerRequest: null,
    socketTimeout: silenceMs,
    retryStrategy: (times) => Math.min(times * 200, RECONNECT_CAP_MS),
  });
  return redis.on('error', onError);
}
