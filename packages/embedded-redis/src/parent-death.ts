import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** How to run a program so that it ends when we do, even by SIGKILL. */
export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Call with the pid once it runs; call the answer once it has ended. */
  watch(pid: number): () => void;
}

const setpriv = '/usr/bin/setpriv';

/**
 * On Linux the kernel tells the program of our death (`setpriv --pdeathsig`, util-linux; exec keeps the setting and
 * the pid). Elsewhere a small shell waits for the end of a pipe that only we hold open.
 */
export function dieWithParent(
  program: string,
  args: readonly string[],
  hasSetpriv = existsSync(setpriv),
): GuardedCommand {
  if (process.platform === 'linux' && hasSetpriv)
    return { command: setpriv, args: ['--pdeathsig', 'TERM', '--', program, ...args], watch: () => () => {} };
  return { command: program, args, watch: watchByPipe };
}

function watchByPipe(pid: number): () => void {
  if (process.platform === 'win32') return () => {};
  const script = 'read -r _; kill -TERM "$1" 2>/dev/null';
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => {});
  watcher.stdin?.on('error', () => {});
  watcher.unref();
  // Killed outright: it must not signal a pid that may belong to a stranger by now.
  return () => watcher.kill('SIGKILL');
}
