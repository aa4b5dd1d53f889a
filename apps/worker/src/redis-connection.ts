import { Redis } from 'ioredis';

const RECONNECT_CAP_MS = 2000;
/** How long a connection may owe an answer before it counts as cut; longer than BullMQ's longest wait for a job, 10 s. */
const SILENCE_MS = 12_000;

/**
 * A connection for a worker: commands wait while Redis is away, and are sent again when it is back, which all of our scripts bear. A
 * connection that a firewall swallowed without a word is noticed as soon as something is asked over it, as upkeep does each second.
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times) => Math.min(times * 200, RECONNECT_CAP_MS),
  });
  return redis.on('error', onError);
}
