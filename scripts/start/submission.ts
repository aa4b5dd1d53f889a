import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { endWithParent } from './parent-watch.ts';

/** `reprice …` as a child in the foreground: it draws on our terminal and hears its Ctrl-C. */
export interface Submission {
  /** Its exit status: 0, 1 something failed, 2 wrong usage; 128 + n if a signal ended it. */
  readonly exited: Promise<number>;
  kill(): void;
}

/** Runs the CLI against a running API. */
export function runCli(root: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Submission {
  const main = path.join(root, 'apps', 'cli', 'src', 'main.ts');
  const child = spawn(process.execPath, [...endWithParent(root), main, ...args], {
    cwd,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  return { exited: ending(child), kill: () => child.kill('SIGTERM') };
}

function ending(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}
