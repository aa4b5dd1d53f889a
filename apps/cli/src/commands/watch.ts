import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { exitCodes } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { createProgress, type Progress } from '../progress.ts';
import { printSummary } from '../summary.ts';
import { watchBatch } from '../watching.ts';

/** Which batch is followed, and where its progress is shown. */
export interface Followed {
  readonly api: ApiClient;
  readonly id: string;
  readonly progress: Progress;
  readonly isAccepted: boolean;
}

/** Watches a batch to its end and prints the summary (with `--json` the batch alone); the command fails if SKUs failed. */
export async function follow(
  { api, id, progress, isAccepted }: Followed,
  options: GlobalOptions,
  context: Context,
): Promise<void> {
  const { output, interrupt } = context;
  context.onInterrupt = {
    message: `Stopped watching; batch ${id} is kept and goes on while a worker runs.`,
    advice: `Watch it again: ${commandName} watch ${id}`,
  };
  context.progress = progress;
  const batch = await watchBatch(api, id, { progress, signal: interrupt.signal, isAccepted });
  progress.stop();
  if (batch.failed > 0 || batch.status === 'cancelled') context.exitCode = exitCodes.failed;
  if (options.json) await output.printJson(batch);
  else await printSummary(api, output, batch);
}

const examples = `
Examples:
  reprice watch bmwqasc7u58i
  reprice watch bmwqasc7u58i --json      print the finished batch as JSON

Ctrl-C ends the watching, not the batch.`;

/** Adds `reprice watch`. */
export function addWatch(program: Command, context: Context): void {
  program
    .command('watch')
    .summary('follow a batch to its end')
    .description('Shows the progress of a batch, and a summary at its end.')
    .argument('<batch>', 'id of the batch')
    .addHelpText('after', examples)
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const api = connect(context, options);
      const progress = createProgress(context.output, true);
      await follow({ api, id, progress, isAccepted: false }, options, context);
    });
}
