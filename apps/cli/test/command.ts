import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const main = path.resolve(import.meta.dirname, '../src/main.ts');

/** How a command ended and what it wrote. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command runs with besides its arguments. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** Called with all of stderr so far whenever it grows, e.g. to press Ctrl-C at a certain moment. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
  /** Likewise, of stdout. */
  readonly onStdout?: (text: string, child: ChildProcess) => void;
}

/** Runs the real command in a process of its own, without any variable of ours but PATH and where compiled modules are kept. */
export async function reprice(args: readonly string[], options: CommandOptions = {}): Promise<Result> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd ?? import.meta.dirname,
    env: { PATH, NODE_COMPILE_CACHE, ...options.env },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.onStdout?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(stderr, child);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}
