import { type Command, InvalidArgumentError } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, dollars } from '../figures.ts';
import { table } from '../table.ts';

const examples = `
Examples:
  reprice batches
  reprice batches --limit 100 --json`;

function limitText(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/.test(text) && value >= 1 && value <= 200) return value;
  throw new InvalidArgumentError('It takes a whole number from 1 to 200.');
}

/** Adds `reprice batches`. */
export function addBatches(program: Command, context: Context): void {
  program
    .command('batches')
    .summary('list the newest batches')
    .description('Lists batches, the newest first.')
    .option('-l, --limit <count>', 'how many', limitText, 20)
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { limit: number }>();
      const batches = await connect(context, options).batches(options.limit);
      if (options.json) return output.print(JSON.stringify(batches));
      if (batches.length === 0)
        return output.tell(`There is no batch yet. Send one: ${commandName} submit FILE --watch`);
      const columns = [
        { head: 'batch' },
        { head: 'status' },
        { head: 'priority' },
        { head: 'mode' },
        ...['SKUs', 'priced', 'failed', 'waiting', 'rejected', 'cost'].map((head) => ({ head, isFigure: true })),
        { head: 'created' },
      ];
      const rows = batches.map((batch) => [
        batch.id,
        batch.status,
        batch.priority,
        batch.mode,
        count(batch.total),
        count(batch.priced),
        count(batch.failed),
        count(batch.waiting),
        count(batch.rejected),
        dollars(batch.costUsd),
        batch.createdAt,
      ]);
      await output.print(table(output, columns, rows));
    });
}
