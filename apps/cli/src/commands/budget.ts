import { type Command, InvalidArgumentError } from 'commander';
import { confirm } from '../confirmation.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { counted, duration, percent } from '../figures.ts';
import { type Output, printable } from '../output.ts';
import type { Budget } from '../responses.ts';
import { table } from '../table.ts';

const examples = `
Examples:
  reprice budget
  reprice budget set 25                          dollars a day, from now on
  reprice budget unsettled                       calls whose true cost nobody told
  reprice budget reconcile --spent 12.34         what the gateway's bill of today says`;

const reconcileHelp = `
A day is closed when nobody can say what was spent: Redis was emptied or set back, or the gateway billed a call above its worst case.
To open it again:
  1. Wait until no call is under way: \`reprice budget\` shows nothing reserved.
  2. Read at the gateway what it billed today, for all keys that Reprice uses.
  3. State that sum here. It is booked as spent, and unsettled calls are forgotten, for the bill holds them.
A sum below the true one lets Reprice spend more than the limit.

Examples:
  reprice budget reconcile --spent 12.34
  reprice budget reconcile --spent 12.34 --yes   without asking, in a script`;

const unsettledExamples = `
Examples:
  reprice budget unsettled
  reprice budget unsettled --json | jq -r .id`;

function dollarsText(text: string): string {
  if (/^\d{1,7}(\.\d{1,9})?$/.test(text)) return text;
  throw new InvalidArgumentError('It takes dollars as a plain decimal like 25 or 0.50.');
}

async function printBudget(output: Output, budget: Budget): Promise<void> {
  const resetsMs = Date.parse(budget.resetsAt) - Date.now();
  const { closed, unsettled } = budget;
  const lines = [
    ['limit', `$${budget.limitUsd} a day`],
    ['spent', `$${budget.spentUsd} (${percent(Number(budget.spentUsd), Number(budget.limitUsd))} %)`],
    ['reserved', `$${budget.reservedUsd} for calls in flight`],
    ['remaining', `$${budget.remainingUsd}`],
    ['resets', `${budget.resetsAt}${Number.isNaN(resetsMs) ? '' : ` (in ${duration(resetsMs)})`}`],
  ];
  if (unsettled.calls > 0) {
    const calls = counted(unsettled.calls, 'call');
    lines.push(['unsettled', `$${unsettled.usd} of what is spent, for ${calls} sent and never settled`]);
  }
  const shown = lines.map(([name = '', value = '']) => `  ${name.padEnd(11)}${printable(value)}`);
  const text = [output.bold(`Budget of ${printable(budget.date)}`), ...shown];
  if (closed) {
    text.push('', output.bold(`THE DAY IS CLOSED: no call is paid. (${printable(closed.reason)}, ${closed.since})`));
    text.push(printable(closed.whatToDo, 1000));
  }
  await output.print(text.join('\n'));
}

/** Adds `reprice budget` and its `set`, `unsettled` and `reconcile`. */
export function addBudget(program: Command, context: Context): void {
  const budget = program
    .command('budget')
    .summary('show or set the daily budget; open a closed day')
    .description('Shows what may be spent today, and what has been.')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await show(context, options, await connect(context, options).budget());
    });
  budget
    .command('set')
    .summary('set the limit')
    .description('Sets how many dollars may be spent a day. Needs a key of scope admin.')
    .argument('<usd>', 'dollars a day', dollarsText)
    .action(async (usd: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await show(context, options, await connect(context, options).setBudget(usd));
    });
  budget
    .command('unsettled')
    .summary('list calls that were sent and never settled')
    .description(
      'Lists the calls of today that were sent and whose end nobody told (their worker died): charged at their worst case.',
    )
    .addHelpText('after', unsettledExamples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await printUnsettled(context, options);
    });
  budget
    .command('reconcile')
    .summary("book what the gateway's bill says, and open a closed day")
    .description(
      "Books what the gateway's bill of the day says as spent, and opens the day. Needs a key of scope admin.",
    )
    .requiredOption('--spent <usd>', "dollars on the gateway's bill of today", dollarsText)
    .option('--yes', 'do not ask')
    .addHelpText('after', reconcileHelp)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { spent: string; yes?: boolean }>();
      const api = connect(context, options);
      await confirm(context, `Book $${options.spent} as all that was spent today?`, options.yes === true);
      await show(context, options, await api.reconcile(options.spent));
    });
}

async function show(context: Context, options: GlobalOptions, found: Budget): Promise<void> {
  if (options.json) await context.output.print(JSON.stringify(found));
  else await printBudget(context.output, found);
}

async function printUnsettled(context: Context, options: GlobalOptions): Promise<void> {
  const { output } = context;
  const calls = await connect(context, options).unsettledCalls();
  if (options.json) {
    for (const call of calls) await output.print(JSON.stringify(call));
  } else if (calls.length === 0) output.tell('No call of today is unsettled.');
  else {
    const columns = [{ head: 'call' }, { head: 'charged', isFigure: true }, { head: 'given up at' }];
    const rows = calls.map(({ id, usd, expiredAt }) => [id, `$${usd}`, expiredAt]);
    await output.print(table(output, columns, rows));
  }
}
