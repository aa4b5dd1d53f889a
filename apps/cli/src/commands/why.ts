import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { signedPercent } from '../figures.ts';
import { revisionNumber, skuArgument, wholeNumber } from '../option-values.ts';
import { storyText } from '../story.ts';
import { list } from '../table.ts';

const whyExamples = `
Examples:
  reprice why TSHIRT-RED-M
  reprice why TSHIRT-RED-M --revision 3                an earlier price, as reprice history numbers it
  reprice why TSHIRT-RED-M --json | jq .steps`;

const historyExamples = `
Examples:
  reprice history TSHIRT-RED-M
  reprice history TSHIRT-RED-M --limit 100 --json | jq -r '[.pricedAt, .price] | @tsv'`;

/** Adds `reprice why`. */
export function addWhy(program: Command, context: Context): void {
  program
    .command('why')
    .summary('tell how a price came about')
    .description(
      'Tells how a price came about: what was known, what was suggested, and what each guardrail made of it.',
    )
    .argument('<sku>', 'the SKU', skuArgument)
    .option('--revision <number>', 'an earlier price (default: the live one)', revisionNumber)
    .addHelpText('after', whyExamples)
    .action(async (sku: string, _options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { revision?: number }>();
      const story = await connect(context, options).why(sku, options.revision);
      if (options.json) return output.printJson(story);
      await output.print(storyText(output, story));
    });
}

const columns = [
  { head: 'revision', isFigure: true },
  { head: 'priced at' },
  { head: 'price', isFigure: true },
  { head: 'currency' },
  { head: 'change', isFigure: true },
  { head: 'source' },
  { head: 'guardrails', longest: 30 },
  { head: 'reason', longest: 80 },
];

/** Adds `reprice history`. */
export function addHistory(program: Command, context: Context): void {
  program
    .command('history')
    .summary('list the prices that a SKU has had')
    .description('Lists the prices that a SKU has had, the newest (which is live) first.')
    .argument('<sku>', 'the SKU', skuArgument)
    .option('-l, --limit <count>', 'how many of the newest', wholeNumber(1, 1000), 20)
    .addHelpText('after', historyExamples)
    .action(async (sku: string, _options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { limit: number }>();
      const revisions = await connect(context, options).history(sku, options.limit);
      if (options.json) return output.printJsonLines(revisions);
      if (revisions.length === 0) return output.tell('It has had no price yet.');
      const rows = revisions.map((revision) => [
        String(revision.revision),
        revision.pricedAt,
        revision.price,
        revision.currency,
        signedPercent(revision.changePercent),
        revision.source,
        revision.guardrails.join(', '),
        revision.reason,
      ]);
      await output.print(list(output, columns, rows));
      const byPrice = [...revisions].sort((a, b) => Number(a.price) - Number(b.price));
      const [lowest, highest] = [byPrice[0], byPrice.at(-1)];
      if (revisions.length > 1)
        output.hint(`lowest ${lowest?.price}, highest ${highest?.price} of these ${revisions.length}`);
      output.hint(`One of them in full: ${commandName} why ${sku} --revision ${revisions[0]?.revision}`);
    });
}
