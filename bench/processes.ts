import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A child process that says when it is ready. */
export class Process {
  readonly pid: number;
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.url = url;
  }

  /** Starts a main file of this checkout; throws when it ends before it is ready. */
  static async start(main: string, env: Record<string, string>): Promise<Process> {
    const { PATH = '', HOME = '' } = process.env;
    const stdio: ['ignore', 'ignore', 'inherit', 'ipc'] = ['ignore', 'ignore', 'inherit', 'ipc'];
    const child = fork(path.join(root, main), { env: { PATH, HOME, LOG_LEVEL: 'warn', ...env }, stdio });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.on('message', (message: { ready?: boolean; url?: string }) => message.ready && resolve(message.url ?? ''));
    child.on('exit', (code) => reject(new Error(`${main} ended with ${code} before it was ready`)));
    return new Process(child, await promise);
  }

  /** CPU time used so far, user and system, in µs. */
  cpuUs(): number {
    return cpuUs(this.pid);
  }

  /** Largest resident memory so far, in bytes. */
  peakMemoryBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends a process that has nothing to finish. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode !== null) return;
    this.#child.kill(signal);
    await ended;
  }
}

/** CPU time of any process so far, in µs. */
export function cpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}
