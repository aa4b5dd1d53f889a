import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { endWithParent } from './parent-watch.ts';
import { StartError } from './start-error.ts';

/** An app that runs as a process of its own, its log in a file. */
export interface App {
  readonly name: string;
  readonly logFile: string;
  /** Where it listens; '' if it does not. */
  readonly url: string;
  /** How it ended, in words, asked or not. */
  readonly exited: Promise<string>;
  /** SIGTERM, and wait for the end. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
}

/** A first start reads hundreds of source files from a cold disk. */
const readyTimeoutMs = 60_000;

/**
 * Starts `apps/<name>/src/main.ts` and waits until it says that it is ready.
 *
 * @throws StartError with the log file if it does not get there
 */
export async function startApp(
  name: string,
  env: NodeJS.ProcessEnv,
  { root, dataDir, onSpawn }: { root: string; dataDir: string; onSpawn(kill: () => void): void },
): Promise<App> {
  const logFile = path.join(dataDir, 'logs', `${name}.log`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const child = fork(path.join(root, 'apps', name, 'src', 'main.ts'), [], {
    cwd: root,
    env,
    execArgv: endWithParent(root),
    // Its own process group: a terminal's Ctrl-C reaches us alone, and we end the parts in their order.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  onSpawn(() => child.kill('SIGKILL'));
  const exited = ending(child);
  const url = await ready(child, exited);
  if (url === undefined) {
    child.kill('SIGKILL');
    throw new StartError(`The ${name} did not get ready: it ${await exited}.`, logFile);
  }
  return {
    name,
    logFile,
    url,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`could not be run (${error.message})`));
    child.on('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with status ${code}`));
  });
}

async function ready(child: ChildProcess, exited: Promise<string>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const said = new Promise<string>((resolve) => {
    child.on('message', (message: { ready?: boolean; url?: string }) => message.ready && resolve(message.url ?? ''));
  });
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, readyTimeoutMs, undefined);
  });
  const first = await Promise.race([said, late, exited.then(() => undefined)]);
  clearTimeout(timer);
  return first;
}
