import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fetchDebianServer, unpackedServer } from './debian-package.ts';
import { RedisStartError } from './redis-start-error.ts';

const execute = promisify(execFile);

/** A server program that can be run. */
export interface ServerBinary {
  readonly path: string;
  /** Added to LD_LIBRARY_PATH; only for an unpacked package, whose libraries are not installed. */
  readonly libraryDirs: readonly string[];
  readonly source: 'REDIS_SERVER_BIN' | 'PATH' | 'cache' | 'apt';
}

/** Oldest major version that will do: the scripts of `@reprice/store` start with `#!lua`, new in Redis 7.0. */
const oldestMajor = 7;

/**
 * Finds a Redis (or Valkey) server: `REDIS_SERVER_BIN`, then the PATH, then what an earlier run unpacked into
 * `cacheDir`, and last the Debian package, downloaded there without touching the system.
 *
 * @throws RedisStartError `redis_missing`, telling what was tried and how to get one
 */
export async function findServer(cacheDir: string, env: NodeJS.ProcessEnv): Promise<ServerBinary> {
  const tried: string[] = [];
  for await (const candidate of candidates(cacheDir, env, tried)) {
    const problem = await unusable(candidate);
    if (!problem) return candidate;
    tried.push(`${candidate.path} ${problem}`);
    if (candidate.source === 'REDIS_SERVER_BIN') break;
  }
  throw new RedisStartError('redis_missing', howToGetOne(tried));
}

async function* candidates(cacheDir: string, env: NodeJS.ProcessEnv, tried: string[]): AsyncGenerator<ServerBinary> {
  if (env.REDIS_SERVER_BIN) yield { path: env.REDIS_SERVER_BIN, libraryDirs: [], source: 'REDIS_SERVER_BIN' };
  let found = false;
  for (const name of ['redis-server', 'valkey-server']) {
    const program = onPath(name, env.PATH ?? '');
    if (program) {
      found = true;
      yield { path: program, libraryDirs: [], source: 'PATH' };
    }
  }
  if (!found) tried.push('neither redis-server nor valkey-server is on the PATH');
  const unpacked = unpackedServer(cacheDir);
  if (unpacked) yield { ...unpacked, source: 'cache' };
  const fetched = await fetchDebianServer(cacheDir, env);
  if (fetched.ok) yield { ...fetched.server, source: 'apt' };
  else tried.push(fetched.problem);
}

function onPath(name: string, searchPath: string): string | undefined {
  for (const dir of searchPath.split(path.delimiter)) {
    const program = path.join(dir || '.', name);
    try {
      accessSync(program, constants.X_OK);
      if (statSync(program).isFile()) return program;
    } catch {} // not here, or not for us: look in the next directory
  }
  return undefined;
}

/** Says why a program will not do; undefined if it will. */
async function unusable(binary: ServerBinary): Promise<string | undefined> {
  try {
    const env = libraryEnv(binary, { PATH: process.env.PATH });
    const { stdout } = await execute(binary.path, ['--version'], { env, timeout: 10_000 });
    const version = /\bv=(\d+)\.(\S+)/.exec(stdout);
    if (!version) return 'does not say which version of Redis it is';
    if (Number(version[1]) < oldestMajor)
      return `is version ${version[1]}.${version[2]}; ${oldestMajor}.0 or later is needed`;
    return undefined;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-1);
    return `cannot be run (${reason})`;
  }
}

/** The environment in which a server program finds its libraries. */
export function libraryEnv(binary: ServerBinary, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (binary.libraryDirs.length === 0) return env;
  return { ...env, LD_LIBRARY_PATH: [...binary.libraryDirs, env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
}

function howToGetOne(tried: readonly string[]): string {
  return [
    'No Redis 7 or later could be found or fetched:',
    ...tried.map((line) => `  - ${line}`),
    'Get one, and start again:',
    '  Debian, Ubuntu   sudo apt-get install redis-server',
    '  macOS            brew install redis',
    '  Docker           docker run -d -p 127.0.0.1:6379:6379 redis:7 --appendonly yes --maxmemory-policy noeviction',
    '                   and then REDIS_URL=redis://127.0.0.1:6379 npm start',
    '  Windows          use WSL, or Docker as above',
    'Or name one: REDIS_URL=redis://host:6379 (a running server), REDIS_SERVER_BIN=/path/to/redis-server (a program).',
  ].join('\n');
}
