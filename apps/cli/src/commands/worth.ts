import type { Command } from 'commander';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, dollars, signedPercent } from '../figures.ts';
import { wholeNumber } from '../option-values.ts';
import type { WorthFigures } from '../service-responses.ts';
import { table } from '../table.ts';

const examples = `
Examples:
  reprice worth                                  the last 7 days
  reprice worth --days 30
  reprice worth --json | jq '.items[] | {model, costUsd, differingPercent}'`;

const columns = [
  { head: 'strategy' },
  { head: 'model' },
  { head: 'cost', isFigure: true },
  { head: 'prices', isFigure: true },
  { head: 'differing', isFigure: true },
  { head: 'by, on average', isFigure: true },
  { head: 'up or down', isFigure: true },
  { head: 'times stock', isFigure: true },
];

function cellsOf(figures: WorthFigures): string[] {
  const { costUsd, prices, differingPercent, meanDifferencePercent, meanSignedPercent, timesStock } = figures;
  return [
    dollars(costUsd),
    count(prices),
    `${differingPercent.toFixed(1)} %`,
    `${meanDifferencePercent.toFixed(2)} %`,
    signedPercent(meanSignedPercent),
    Object.entries(timesStock)
      .map(([currency, amount]) => `${amount} ${currency}`)
      .join(', '),
  ];
}

/** Adds `reprice worth`. */
export function addWorth(program: Command, context: Context): void {
  program
    .command('worth')
    .summary("compare the models' prices with those of the rules engine")
    .description(
      'Tells how often and how far the prices of the models lie from what the rules engine would have published, and what the models cost.',
    )
    .option('--days <count>', 'how many days, today included', wholeNumber(1, 90), 7)
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { days: number }>();
      const worth = await connect(context, options).worth(options.days);
      if (options.json) return output.printJson(worth);
      const { items, total } = worth;
      if (items.length === 0) return output.tell(`No model has been asked from ${worth.from} to ${worth.to}.`);
      const rows = items.map((item) => [item.strategy, item.model, ...cellsOf(item)]);
      if (items.length > 1) rows.push(['all', '', ...cellsOf(total)]);
      await output.print(table(output, columns, rows));
      output.tell(`From ${worth.from} to ${worth.to}. ${worth.note}`);
    });
}
