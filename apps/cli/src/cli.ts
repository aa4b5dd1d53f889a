import { ConfigError } from '@reprice/config/client';
import { CommanderError } from 'commander';
import { explained } from './api-error.ts';
import type { StandardInput } from './catalogue.ts';
import { CommandError, exitCodes } from './command-error.ts';
import type { Context } from './context.ts';
import { Output, type OutputStream, printable } from './output.ts';
import { createProgram } from './program.ts';

/** The process around the command. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: StandardInput;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls back on each Ctrl-C and SIGTERM. */
  readonly onInterrupt: (listener: () => void) => void;
}

function endWith(error: unknown, context: Context): number {
  const { output } = context;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof ConfigError) {
    output.tell(`reprice: ${error.message}`);
    return exitCodes.usage;
  }
  const known = error instanceof CommandError ? error : explained(error, context);
  if (known === undefined) {
    output.tell(`reprice: ${printable(error instanceof Error ? error.message : String(error), 500)}`);
    return exitCodes.failed;
  }
  output.tell(`reprice: ${known.message}`);
  if (known.advice !== undefined) output.tell(known.advice);
  return known.exitCode;
}

/** Runs the command to its end and gives the exit code; all messages, without stack traces, have then been written. */
export async function runCli(host: Host): Promise<number> {
  const context: Context = {
    output: new Output(host.stdout, host.stderr, host.env.TERM),
    stdin: host.stdin,
    env: host.env,
    cwd: host.cwd,
    interrupt: new AbortController(),
    onInterrupt: { message: 'Stopped.' },
    exitCode: exitCodes.ok,
    hasKey: false,
    origin: '',
  };
  host.onInterrupt(() => {
    const { message, advice } = context.onInterrupt;
    // The bar goes before anything is said, and before the work that is cut off could draw it again.
    context.progress?.stop();
    context.interrupt.abort(new CommandError('interrupted', message, advice));
  });
  try {
    const program = createProgram(context);
    const interrupted = new Promise<never>((_, reject) => {
      context.interrupt.signal.addEventListener('abort', () => reject(context.interrupt.signal.reason), { once: true });
    });
    await Promise.race([program.parseAsync([...host.argv], { from: 'user' }), interrupted]);
    return context.exitCode;
  } catch (error) {
    context.progress?.stop();
    return endWith(error, context);
  }
}
