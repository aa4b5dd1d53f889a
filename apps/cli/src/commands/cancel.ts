import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { confirm, requireTerminal } from '../confirmation.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, counted, dollars } from '../figures.ts';

const examples = `
Examples:
  reprice cancel bmwqasc7u58i
  reprice cancel bmwqasc7u58i --yes        without asking, in a script

What is priced stays, what waits is never run; calls in flight end by themselves. It may be done twice.`;

interface CancelOptions extends GlobalOptions {
  readonly yes?: boolean;
}

/** Adds `reprice cancel`. */
export function addCancel(program: Command, context: Context): void {
  program
    .command('cancel')
    .summary('end a batch before it is done')
    .description('Ends a batch: what is priced stays, what waits is never run. Says first what that is, and asks.')
    .argument('<batch>', 'id of the batch')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (id: string, _options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<CancelOptions>();
      if (options.yes !== true) requireTerminal(context);
      const api = connect(context, options);
      const before = await api.batch(id);
      if (before.status !== 'done' && before.status !== 'cancelled') {
        const { priced, unchanged, held, failed } = before;
        const done = `${count(priced + unchanged + held + failed)} of ${counted(before.total, 'SKU')} done`;
        output.tell(
          `Batch ${before.id}: ${done} for ${dollars(before.costUsd)}; ${count(before.waiting)} would not be run.`,
        );
        await confirm(context, 'Cancel it?', options.yes === true);
      }
      const batch = await api.cancel(id);
      if (options.json) return output.printJson(batch);
      await output.print(
        `Batch ${batch.id} is cancelled: ${count(batch.priced)} priced, ${count(batch.waiting)} not run, ${dollars(batch.costUsd)} spent.`,
      );
      if (batch.priced > 0) output.hint(`What was priced: ${commandName} export ${batch.id} --out prices.csv`);
    });
}
