import path from 'node:path';
import { lockData } from './data-lock.ts';
import { findServer, type ServerBinary } from './server-binary.ts';
import { type ServerProcess, type ServerSettings, startServer } from './server-process.ts';

/** What `acquireRedis` takes. */
export interface AcquireOptions {
  /** Where a fetched server program is kept between runs. */
  readonly cacheDir: string;
  /** Where Redis keeps its append-only file; `.data/redis` of the working directory by default. */
  readonly dataDir?: string;
  /** When an accepted write is on the disk: `everysec` (default; a power cut loses up to 1 s) or `always`. */
  readonly appendFsync?: 'everysec' | 'always' | 'no';
  /** How long to wait for a Redis that holds `dataDir` and may be just ending; 5 s by default. */
  readonly busyTimeoutMs?: number;
  /** A fixed loopback port; by default a free one is chosen at each start. */
  readonly port?: number;
  /** More directives of redis.conf; they win over ours. */
  readonly settings?: ServerSettings;
  /** Where REDIS_URL, REDIS_SERVER_BIN and PATH are looked up; the process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A Redis to use, and how to let it go. */
export interface AcquiredRedis {
  readonly url: string;
  readonly source: ServerBinary['source'] | 'REDIS_URL';
  /** Of the server we started; undefined with REDIS_URL. */
  readonly pid: number | undefined;
  /** Resolves if the server we started ends, asked or not; never with REDIS_URL. */
  readonly exited: ServerProcess['exited'];
  /** Ends the server we started, keeping its data; does nothing with REDIS_URL. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Finds or fetches a Redis and runs it on a private loopback port: append-only file on, nothing ever evicted (BullMQ
 * needs that), prices kept in the compact hash encoding. With `REDIS_URL` set, that server is used and nothing started.
 *
 * @throws RedisStartError with a sentence that says what to do
 */
export async function acquireRedis(options: AcquireOptions): Promise<AcquiredRedis> {
  const env = options.env ?? process.env;
  if (env.REDIS_URL)
    return {
      url: env.REDIS_URL,
      source: 'REDIS_URL',
      pid: undefined,
      exited: new Promise(() => {}),
      stop: async () => {},
    };
  const binary = await findServer(path.resolve(options.cacheDir), env);
  const dataDir = path.resolve(options.dataDir ?? path.join('.data', 'redis'));
  const lock = await lockData(dataDir, options.busyTimeoutMs ?? 5000);
  try {
    const server = await startServer(binary, { ...defaults(dataDir, options), ...options.settings }, options.port);
    lock.held(server.pid, server.port);
    void server.exited.then(() => lock.release());
    return {
      url: `redis://127.0.0.1:${server.port}`,
      source: binary.source,
      pid: server.pid,
      exited: server.exited,
      stop: () => server.stop(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function defaults(dataDir: string, options: AcquireOptions): ServerSettings {
  return {
    dir: dataDir,
    appendonly: 'yes',
    appendfsync: options.appendFsync ?? 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    // A price hash has up to 22 fields with values up to 64 bytes; packed, it takes a third of the memory.
    'hash-max-listpack-value': '256',
    // A job leaves about 1.4 kB in the file, so at the default of 64 MB it would be written anew all the time.
    'auto-aof-rewrite-min-size': '512mb',
    // Timers at 10 ms instead of 100: leases and keys with a TTL end on time.
    hz: '100',
  };
}
