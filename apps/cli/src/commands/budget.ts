import { type Command, InvalidArgumentError } from 'commander';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { duration, percent } from '../figures.ts';
import { type Output, printable } from '../output.ts';
import type { Budget } from '../responses.ts';

const examples = `
Examples:
  reprice budget
  reprice budget set 25          dollars a day, from now on`;

function dollarsText(text: string): string {
  if (/^\d{1,7}(\.\d{1,9})?$/.test(text)) return text;
  throw new InvalidArgumentError('It takes dollars a day as a plain decimal like 25 or 0.50.');
}

async function printBudget(output: Output, budget: Budget): Promise<void> {
  const resetsMs = Date.parse(budget.resetsAt) - Date.now();
  const lines = [
    ['limit', `$${budget.limitUsd} a day`],
    ['spent', `$${budget.spentUsd} (${percent(Number(budget.spentUsd), Number(budget.limitUsd))} %)`],
    ['reserved', `$${budget.reservedUsd} for calls in flight`],
    ['remaining', `$${budget.remainingUsd}`],
    ['resets', `${budget.resetsAt}${Number.isNaN(resetsMs) ? '' : ` (in ${duration(resetsMs)})`}`],
  ].map(([name = '', value = '']) => `  ${name.padEnd(11)}${printable(value)}`);
  await output.print([output.bold(`Budget of ${printable(budget.date)}`), ...lines].join('\n'));
}

/** Adds `reprice budget` and `reprice budget set`. */
export function addBudget(program: Command, context: Context): void {
  const budget = program
    .command('budget')
    .summary('show or set the daily budget')
    .description('Shows what may be spent today, and what has been.')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = await connect(context, options).budget();
      if (options.json) return context.output.print(JSON.stringify(found));
      await printBudget(context.output, found);
    });
  budget
    .command('set')
    .summary('set the limit')
    .description('Sets how many dollars may be spent a day. Needs a key of scope admin.')
    .argument('<usd>', 'dollars a day', dollarsText)
    .action(async (usd: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = await connect(context, options).setBudget(usd);
      if (options.json) return context.output.print(JSON.stringify(found));
      await printBudget(context.output, found);
    });
}
