import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkoutDir } from './checkout.ts';
import { type LogLine, OutputLines } from './output-lines.ts';
import { endAfterTestFile } from './test-file-end.ts';

/** The apps that run as processes of their own. */
export type AppName = 'api' | 'worker' | 'feed' | 'sinks' | 'simulator';

/** How a process ended. */
export interface AppExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running app. */
export interface AppProcess {
  readonly pid: number;
  /** Where it listens; '' if it does not. */
  readonly url: string;
  /** Its JSON log lines so far; a line that is not JSON is in `output` only. */
  readonly logs: readonly LogLine[];
  /** All that it printed so far, stdout and stderr. */
  output(): string;
  /** Resolves with the first log line, past or future, that the test accepts; rejects if the app ends first. */
  logged(accepts: (line: LogLine) => boolean): Promise<LogLine>;
  /** Sends a signal and does not wait: SIGSTOP freezes the process, SIGCONT lets it go on. */
  signal(signal: NodeJS.Signals): void;
  /** Stops or goes on reading what it prints: while nobody reads, its log pipe fills up. */
  readOutput(reads: boolean): void;
  /** Sends a signal (SIGTERM by default) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<AppExit>;
  readonly exited: Promise<AppExit>;
}

/** The app ended, or was not ready in time; `output` is all that it printed. */
export class AppStartError extends Error {
  readonly exit: AppExit | undefined;
  readonly output: string;

  constructor(message: string, exit: AppExit | undefined, output: string) {
    super(`${message}\n${output}`);
    this.name = 'AppStartError';
    this.exit = exit;
    this.output = output;
  }
}

/** What `spawnApp` and `runApp` take beside the environment. */
export interface AppOptions {
  /** How long the app may take to say that it is ready, or (`runApp`) to end; a minute by default. */
  readonly timeoutMs?: number;
  /** Working directory; the checkout by default. */
  readonly cwd?: string;
  /** The log line by which it counts as ready (`spawnApp`); its word that it is ready by default. Its `url` is '' then. */
  readonly readyWhen?: (line: LogLine) => boolean;
  /** The file to run, relative to the app; `src/main.ts` by default. For a main that a test puts around the app. */
  readonly main?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts an app (`apps/<name>/src/main.ts`) as a real process and waits until it says that it is ready. It sees the given
 * environment and nothing of ours but PATH, HOME, TMPDIR and where compiled modules are kept. It is killed after the
 * test file if it still runs.
 *
 * @throws AppStartError if it ends before it is ready, or takes too long
 */
export async function spawnApp(name: AppName, env: Environment, options: AppOptions = {}): Promise<AppProcess> {
  const { child, lines, exited } = launch(name, env, options);
  const { readyWhen } = options;
  const ready = readyWhen
    ? lines.first(readyWhen).then(
        () => '',
        () => exited,
      )
    : new Promise<string>((resolve) => {
        child.on(
          'message',
          (message: { ready?: boolean; url?: string }) => message.ready && resolve(message.url ?? ''),
        );
      });
  const first = await within(options.timeoutMs, Promise.race([ready, exited]));
  if (first === undefined) child.kill('SIGKILL');
  if (typeof first !== 'string') {
    await exited;
    throw new AppStartError(first ? `${name} ended` : `${name} was not ready in time`, first, lines.text());
  }
  return {
    pid: child.pid as number,
    url: first,
    logs: lines.parsed,
    output: () => lines.text(),
    logged: (accepts) => lines.first(accepts),
    signal: (signal) => child.kill(signal),
    readOutput(reads) {
      for (const stream of [child.stdout, child.stderr]) reads ? stream?.resume() : stream?.pause();
    },
    async kill(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
    exited,
  };
}

/**
 * Runs an app that is expected to end by itself, such as one with a bad configuration.
 *
 * @throws AppStartError if it still runs after the timeout
 */
export async function runApp(
  name: AppName,
  env: Environment,
  options: AppOptions = {},
): Promise<AppExit & { output: string }> {
  const { child, lines, exited } = launch(name, env, options);
  const exit = await within(options.timeoutMs, exited);
  if (exit) return { ...exit, output: lines.text() };
  child.kill('SIGKILL');
  await exited;
  throw new AppStartError(`${name} did not end in time`, undefined, lines.text());
}

function launch(
  name: AppName,
  env: Environment,
  options: AppOptions,
): { child: ChildProcess; lines: OutputLines; exited: Promise<AppExit> } {
  const main = path.join(checkoutDir, 'apps', name, options.main ?? 'src/main.ts');
  if (!existsSync(main)) throw new AppStartError(`${main} does not exist`, undefined, '');
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const child = fork(main, [], {
    cwd: options.cwd ?? checkoutDir,
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines = new OutputLines();
  child.stdout?.on('data', (chunk: Buffer) => lines.push('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => lines.push('stderr', chunk));
  const exited = new Promise<AppExit>((resolve) => {
    child.on('error', () => resolve({ code: null, signal: null }));
    child.on('close', (code, signal) => {
      forget();
      lines.end();
      resolve({ code, signal });
    });
  });
  const forget = endAfterTestFile(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, lines, exited };
}

async function within<T>(timeoutMs = 60_000, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
