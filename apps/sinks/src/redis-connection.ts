import { Redis } from 'ioredis';

const RECONNECT_CAP_MS = 2000;
/** How long a connection may owe an answer before it counts as cut; longer than the wait for changes. */
const SILENCE_MS = 6000;

/** A connection for a sinks process: commands wait while Redis is away, and are sent again when it is back, which all of our scripts bear. */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times) => Math.min(times * 100, RECONNECT_CAP_MS),
  });
  return redis.on('error', onError);
}
