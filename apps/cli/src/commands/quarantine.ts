import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, counted } from '../figures.ts';
import { wholeNumber } from '../option-values.ts';
import { printable } from '../output.ts';
import { pages } from '../paging.ts';
import type { QuarantinePage } from '../source-responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { list } from '../table.ts';

const examples = `
Examples:
  reprice quarantine
  reprice quarantine --source shop --limit 100
  reprice quarantine --json | jq -r .excerpt
  reprice quarantine clear --source shop

Here lands what sources and feeds sent and nobody could use, each with the reason. Mend its cause, and send it again.`;

const columns = [
  { head: 'at' },
  { head: 'source' },
  { head: 'reason' },
  { head: 'detail', longest: 90 },
  { head: 'what came', longest: 60 },
];

interface QuarantineOptions extends GlobalOptions {
  readonly source?: string;
  readonly limit: number;
}

async function show(options: QuarantineOptions, context: Context): Promise<void> {
  const { output } = context;
  const api = connect(context, options);
  const items: QuarantinePage['items'] = [];
  let counts: QuarantinePage['counts'] = {};
  let hasMore = false;
  for await (const page of pages((most, cursor) => api.quarantine(most, options.source, cursor), options.limit)) {
    items.push(...page.items);
    counts = page.counts;
    hasMore = page.nextCursor != null;
    if (options.json) await output.printJsonLines(page.items);
  }
  if (options.json) return;
  const told = Object.entries(counts).map(
    ([source, reasons]) =>
      `${source}: ${Object.entries(reasons)
        .sort((a, b) => b[1] - a[1])
        .map(([reason, n]) => `${count(n)} ${reason}`)
        .join(', ')}`,
  );
  if (items.length === 0) return output.tell('Nothing was put aside: all that sources sent could be used.');
  const rows = items.map(({ at, source, reason, detail, excerpt }) => [at, source, reason, detail, excerpt]);
  await output.print(list(output, columns, rows));
  if (told.length > 0) output.tell(printable(`In the last 24 hours, ${told.join('; ')}.`, 1000));
  if (hasMore) output.tell(`These are the newest ${items.length}; --limit shows more.`);
  output.hint(`Mend its cause, then send it again: ${commandName} observe FILE --source NAME`);
}

/** Adds `reprice quarantine` and `reprice quarantine clear`. */
export function addQuarantine(program: Command, context: Context): void {
  const command = program
    .command('quarantine')
    .summary('show what sources sent and nobody could use')
    .description('Shows what sources and feeds sent and nobody could use, the newest first, and why.')
    .option('--source <name>', 'only of this source')
    .option('-l, --limit <count>', 'how many', wholeNumber(1, 10_000), 20)
    .addHelpText('after', examples)
    .action((_options: unknown, self: Command) => show(self.optsWithGlobals<QuarantineOptions>(), context));
  requireSubcommand(command);
  command
    .command('clear')
    .summary('forget it')
    .description('Forgets what was put aside, of one source or of all.')
    .option('--source <name>', 'only of this source')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { source?: string }>();
      const { removed } = await connect(context, options).clearQuarantine(options.source);
      if (options.json) return context.output.printJson({ removed });
      await context.output.print(`${counted(removed, 'entry', 'entries')} forgotten.`);
    });
}
