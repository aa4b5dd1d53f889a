import { CommandError, usageError } from './command-error.ts';
import type { Context } from './context.ts';

/** Refuses at once what would have to ask where nobody is there to answer. */
export function requireTerminal(context: Context): void {
  if (context.stdin.isTTY !== true) throw usageError('There is no terminal to ask for confirmation.', 'Add --yes.');
}

/**
 * Asks the person at the terminal `question [y/N]` before something is done that cannot be undone; `isConfirmed` (--yes) says it already.
 * @throws CommandError when the answer is not yes, or nobody is there to ask
 */
export async function confirm(context: Context, question: string, isConfirmed: boolean): Promise<void> {
  if (isConfirmed) return;
  requireTerminal(context);
  context.output.stderr.write(`${question} [y/N] `);
  const { signal } = context.interrupt;
  // Ctrl-C leaves the cursor behind the question: what is said then begins a line of its own.
  const endLine = (): void => void context.output.stderr.write('\n');
  signal.addEventListener('abort', endLine, { once: true });
  const answer = await firstLine(context.stdin).finally(() => signal.removeEventListener('abort', endLine));
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new CommandError('failed', 'Nothing was changed.');
  }
}

async function firstLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('\n')) break;
  }
  return text.split('\n', 1)[0] ?? '';
}
