import { Redis } from 'ioredis';

const RECONNECT_CAP_MS = 2000;
/** How long a connection may owe an answer before it counts as cut. */
const SILENCE_MS = 5000;

/** A connection for feeds: what is asked waits while Redis is away, and is sent again when it is back, which all of our scripts bear. */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times) => Math.min(times * 200, RECONNECT_CAP_MS),
  });
  return redis.on('error', onError);
}
