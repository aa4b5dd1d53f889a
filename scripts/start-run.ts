import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkoutDir, endAfterTestFile } from '@reprice/testkit';
import { expect } from 'vitest';

/** `npm start` without npm, as a test runs it: in a process group of its own, with its own data, on a free port. */
export interface StartRun {
  readonly dataDir: string;
  /** All that it printed so far. */
  output(): string;
  /** Resolves once it printed this. */
  printed(text: string): Promise<void>;
  readonly exited: Promise<number | null>;
  /** To the whole group, as a terminal does on Ctrl-C. */
  signalGroup(signal: NodeJS.Signals): void;
  /** Pids of the processes of this run whose command line has this in it. */
  pids(commandPart: string): number[];
  /** Waits until no process of this run is left, however deep. */
  nothingLeft(): Promise<void>;
}

let runs = 0;

/** Starts `scripts/start.mjs`; whatever is left of it is killed after the test file. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, given?: string): StartRun {
  runs++;
  const dataDir = given ?? mkdtempSync(path.join(tmpdir(), 'reprice-start-'));
  const mark = `START_RUN=${process.pid}-${runs}-${Date.now()}`;
  const [name, value] = mark.split('=') as [string, string];
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [path.join(checkoutDir, 'scripts/start.mjs'), '--data', dataDir, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, NODE_COMPILE_CACHE, PORT: '0', ...env, [name]: value },
  });
  let text = '';
  const take = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const pids = (part: string) => ours(mark, dataDir).filter((pid) => commandLine(pid).includes(part));
  endAfterTestFile(() => {
    for (const pid of pids('')) process.kill(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    dataDir,
    output: () => text,
    printed: (awaited) => printed(child, () => text, awaited),
    exited,
    signalGroup: (signal) => process.kill(-(child.pid as number), signal),
    pids,
    nothingLeft: () => expect.poll(() => pids('').map(commandLine), { interval: 50 }).toEqual([]),
  };
}

function printed(child: ChildProcess, text: () => string, awaited: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => text().includes(awaited) && resolve();
    look();
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', () => reject(new Error(`It ended without printing “${awaited}”:\n${text()}`)));
  });
}

/**
 * Linux alone: an environment is inherited by every descendant, so the mark finds them all; but Redis writes its title
 * over it, and is found by its working directory.
 */
function ours(mark: string, dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(mark) || workingDir(pid).startsWith(dataDir));
}

function workingDir(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

const commandLine = (pid: number) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone, or someone else's
  }
}
