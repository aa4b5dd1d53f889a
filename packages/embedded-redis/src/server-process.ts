import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dieWithParent } from './parent-death.ts';
import { RedisStartError } from './redis-start-error.ts';
import { libraryEnv, type ServerBinary } from './server-binary.ts';
import { mendLog, wasTorn } from './torn-log.ts';

/** Name and value of directives of redis.conf. */
export type ServerSettings = Readonly<Record<string, string>>;

/** A running server of ours. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Resolves when the process has ended, for whatever reason; `output` is the end of its log. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
  /** Asks it to write out its file and end; kills it if it has not after 10 s. */
  stop(): Promise<void>;
}

/** Between choosing a free port and binding it another process may take it. */
const portAttempts = 3;
/** Reading a large append-only file back takes a while: about 1 s per million keys. */
const readyTimeoutMs = 120_000;
const stopTimeoutMs = 10_000;
const keptLogLines = 40;

/**
 * Starts a server on a loopback port (a free one unless given) and waits until it takes commands. It dies with us.
 *
 * @throws RedisStartError `redis_failed` with the last lines of its log
 */
export async function startServer(
  binary: ServerBinary,
  settings: ServerSettings,
  port?: number,
): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(binary, settings, port ?? (await freePort()));
    } catch (error) {
      const taken = error instanceof RedisStartError && /address already in use/i.test(error.message);
      if (!taken || attempt >= portAttempts) throw error;
    }
  }
}

async function launch(binary: ServerBinary, settings: ServerSettings, port: number): Promise<ServerProcess> {
  const directives = { bind: '127.0.0.1', port: String(port), daemonize: 'no', ...settings };
  const args = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]);
  // Its own process group: a terminal's Ctrl-C must not end Redis while workers still put their results into it.
  const guard = dieWithParent(binary.path, args);
  const child = spawn(guard.command, guard.args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: libraryEnv(binary, process.env),
  });
  const lines: string[] = [];
  const exited = ending(child, lines);
  await ready(child, exited);
  if (wasTorn(lines)) await mendLog(port);
  const pid = child.pid as number;
  const unwatch = guard.watch(pid);
  const atExit = () => child.kill('SIGTERM');
  process.once('exit', atExit);
  void exited.then(() => {
    unwatch();
    process.off('exit', atExit);
  });
  return { pid, port, exited, stop: () => stop(child, exited) };
}

/** Collects the end of the log into `lines`; resolves once the process is gone and its output read. */
function ending(child: ChildProcess, lines: string[]): ServerProcess['exited'] {
  const keep = (chunk: Buffer) => {
    lines.push(...chunk.toString().split('\n').filter(Boolean));
    lines.splice(0, lines.length - keptLogLines);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, output: error.message }));
    child.on('close', (code, signal) => resolve({ code, signal, output: lines.join('\n') }));
  });
}

async function ready(child: ChildProcess, exited: ServerProcess['exited']): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const outcome = await Promise.race([
    new Promise<'ready'>((resolve) => {
      let text = '';
      const look = (chunk: Buffer) => {
        text = text.slice(-200) + chunk.toString();
        if (!text.includes('Ready to accept connections')) return;
        child.stdout?.off('data', look);
        resolve('ready');
      };
      child.stdout?.on('data', look);
    }),
    new Promise<'slow'>((resolve) => {
      timer = setTimeout(resolve, readyTimeoutMs, 'slow');
    }),
    exited,
  ]);
  clearTimeout(timer);
  if (outcome === 'ready') return;
  if (outcome !== 'slow') throw new RedisStartError('redis_failed', `Redis ended while starting:\n${outcome.output}`);
  child.kill('SIGKILL');
  const { output } = await exited;
  throw new RedisStartError('redis_failed', `Redis was not ready after ${readyTimeoutMs / 1000} s:\n${output}`);
}

async function stop(child: ChildProcess, exited: ServerProcess['exited']): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
