import { Redis } from 'ioredis';
import { answerTimeoutMs, connectionFault } from './connection-fault.ts';

/**
 * Why the Redis of `REDIS_URL` cannot be used, as a sentence without its password; undefined if it can. Of the nodes of
 * a cluster one that answers is enough.
 */
export async function redisProblem(urls: readonly string[]): Promise<string | undefined> {
  const faults = await Promise.all(urls.map(ping));
  if (faults.includes(undefined)) return undefined;
  const where = urls.map(address).join(', ');
  const advice = 'check REDIS_URL, or leave it unset and npm start brings its own.';
  const what = faults[0]?.startsWith('it ') ? `The Redis at ${where} cannot be used` : `No Redis answers at ${where}`;
  return `${what} (${faults[0]}): ${advice}`;
}

async function ping(url: string): Promise<string | undefined> {
  const redis = new Redis(url.replace(/^unix:(\/\/)?/, ''), {
    lazyConnect: true,
    enableReadyCheck: false, // one that still loads its file does answer
    connectTimeout: answerTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let cause: unknown;
  redis.on('error', (error) => {
    cause ??= error; // what `ping` throws then says only that the connection is closed
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })), answerTimeoutMs);
  });
  try {
    await Promise.race([redis.ping(), late]);
    return undefined;
  } catch (error) {
    return refusal(error) ?? connectionFault(cause ?? error);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** What an error that Redis itself answered with means; undefined for any other. */
function refusal(error: unknown): string | undefined {
  const word = error instanceof Error && error.name === 'ReplyError' ? error.message.split(' ')[0] : undefined;
  if (word === 'NOAUTH') return 'it asks for a password';
  if (word === 'WRONGPASS') return 'it refuses the password';
  return word && `it answers ${word}`;
}

/** `host:port` or the path of a socket: never user or password. */
function address(url: string): string {
  if (!/^rediss?:/.test(url)) return url.replace(/^unix:(\/\/)?/, '').replace(/\?.*/, '');
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}
