import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AcquiredRedis, type AcquireOptions, acquireRedis } from '@reprice/embedded-redis';
import { cacheDir } from './checkout.ts';
import { endAfterTestFile } from './test-file-end.ts';

/** A Redis of a test's own, that may be stopped, killed, frozen and restarted. Its URL and data outlive a restart. */
export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  /** Ends the server by a signal, SIGKILL by default, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it if it runs, and starts it again on the same port with the same data. */
  restart(): Promise<void>;
  /** Freezes the process: connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its data; done after the test file if not called. */
  stop(): Promise<void>;
}

/** Starts a Redis of the test's own, durable (`appendfsync always`) unless told otherwise; in a folder of its own unless one is given. */
export async function startRedis(
  options: Pick<AcquireOptions, 'appendFsync' | 'settings' | 'dataDir'> = {},
): Promise<OwnRedis> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'reprice-test-'));
  const env = { ...process.env, REDIS_URL: undefined };
  const start = (port?: number) =>
    acquireRedis({ cacheDir, env, appendFsync: 'always', ...options, dataDir, ...(port ? { port } : {}) });
  let current: AcquiredRedis = await start();
  const port = Number(new URL(current.url).port);
  const signal = (name: NodeJS.Signals) => process.kill(current.pid as number, name);
  const stop = async () => {
    forget();
    signalQuietly(current.pid, 'SIGCONT'); // a frozen process would not hear the SIGTERM
    await current.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const forget = endAfterTestFile(stop);
  return {
    url: current.url,
    port,
    dataDir,
    get pid() {
      return current.pid as number;
    },
    async kill(name = 'SIGKILL') {
      signalQuietly(current.pid, name);
      await current.exited;
    },
    async restart() {
      await current.stop();
      current = await start(port);
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop,
  };
}

function signalQuietly(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid) process.kill(pid, name);
  } catch {} // already gone
}
