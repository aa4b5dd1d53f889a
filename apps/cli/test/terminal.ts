import { Writable } from 'node:stream';
import { runCli } from '../src/cli.ts';
import type { OutputStream } from '../src/output.ts';
import type { Result } from './command.ts';

/** Runs the command in this process as if at a terminal of 160 columns, without colours, that cannot move its cursor, where `typed` is what the person types. */
export function atTerminal(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  typed = '',
): Promise<Result> {
  return inProcess(argv, env, true, typed);
}

/** Runs the command in this process as if in a pipe, with nobody to ask: much faster than a process of its own. */
export function inPipe(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Result> {
  return inProcess(argv, env, false, '');
}

async function inProcess(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  isTTY: boolean,
  typed: string,
): Promise<Result> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): OutputStream => {
    const writable = new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        written[name] += text;
        done();
      },
    });
    const terminal = { isTTY, columns: 160, getColorDepth: () => 1 };
    return Object.assign(writable, terminal) as unknown as OutputStream;
  };
  const stdin = {
    isTTY,
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(typed);
    },
  };
  const host = { argv, env: { TERM: 'dumb', ...env }, cwd: import.meta.dirname, stdin };
  const code = await runCli({ ...host, stdout: stream('stdout'), stderr: stream('stderr'), onInterrupt: () => {} });
  return { code, ...written };
}
