import { Writable } from 'node:stream';
import { runCli } from '../src/cli.ts';
import type { OutputStream } from '../src/output.ts';

/** How a command ended at a terminal, and all that stood there. */
export interface Seen {
  readonly code: number;
  readonly stdout: string;
  /** Standard error. */
  readonly said: string;
}

/** Runs the command in this process as if at a terminal of 160 columns, without colours, that cannot move its cursor, where `typed` is what the person types. */
export async function atTerminal(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  typed = '',
): Promise<Seen> {
  const written = { stdout: '', said: '' };
  const stream = (name: keyof typeof written): OutputStream => {
    const writable = new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        written[name] += text;
        done();
      },
    });
    const terminal = { isTTY: true, columns: 160, getColorDepth: () => 1 };
    return Object.assign(writable, terminal) as unknown as OutputStream;
  };
  const stdin = {
    isTTY: true,
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(typed);
    },
  };
  const host = { argv, env: { TERM: 'dumb', ...env }, cwd: import.meta.dirname, stdin };
  const code = await runCli({ ...host, stdout: stream('stdout'), stderr: stream('said'), onInterrupt: () => {} });
  return { code, ...written };
}
