import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, dollars } from '../figures.ts';
import { wholeNumber } from '../option-values.ts';
import { list } from '../table.ts';

const examples = `
Examples:
  reprice batches
  reprice batches --limit 100 --json | jq -r 'select(.status == "running") | .id'`;

/** Adds `reprice batches`. */
export function addBatches(program: Command, context: Context): void {
  program
    .command('batches')
    .summary('list the newest batches')
    .description('Lists batches, the newest first.')
    .option('-l, --limit <count>', 'how many', wholeNumber(1, 200), 20)
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { limit: number }>();
      const batches = await connect(context, options).batches(options.limit);
      if (options.json) return output.printJsonLines(batches);
      if (batches.length === 0)
        return output.tell(`There is no batch yet. Send one: ${commandName} submit FILE --watch`);
      const columns = [
        { head: 'batch' },
        { head: 'status' },
        { head: 'priority' },
        { head: 'mode' },
        ...['SKUs', 'priced', 'held', 'failed', 'waiting', 'rejected', 'cost'].map((head) => ({
          head,
          isFigure: true,
        })),
        { head: 'created' },
      ];
      const rows = batches.map((batch) => [
        batch.id,
        batch.status,
        batch.priority,
        batch.mode,
        count(batch.total),
        count(batch.priced),
        count(batch.held),
        count(batch.failed),
        count(batch.waiting),
        count(batch.rejected),
        dollars(batch.costUsd),
        batch.createdAt,
      ]);
      await output.print(list(output, columns, rows));
    });
}
