import { type Command, InvalidArgumentError } from 'commander';
import { confirm, requireTerminal } from '../confirmation.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { counted, duration, exactDollars, percent } from '../figures.ts';
import { type Output, printable } from '../output.ts';
import type { Budget } from '../responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { list } from '../table.ts';

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

/** What stands in the books, and what would. */
function bookingText({ date, spentUsd, reservedUsd, unsettled, closed, limitUsd }: Budget, billUsd: string): string {
  const [booked, bill, limit] = [Number(spentUsd), Number(billUsd), Number(limitUsd)];
  const lines = [
    `${printable(date)} is ${closed ? `closed (${printable(closed.reason)})` : 'open'}. Booked as spent: ${exactDollars(spentUsd)}; by the bill: ${exactDollars(billUsd)}.`,
  ];
  if (Number(reservedUsd) > 0)
    lines.push(`${exactDollars(reservedUsd)} is reserved for calls under way: the bill may not hold them yet.`);
  if (unsettled.calls > 0)
    lines.push(`${counted(unsettled.calls, 'unsettled call')} of ${exactDollars(unsettled.usd)} would be forgotten.`);
  if (bill < booked)
    lines.push('The bill is LOWER than what is booked: if it is not complete, Reprice may spend more than the limit.');
  if (bill >= limit) lines.push(`The day would have nothing left of its ${exactDollars(limitUsd)}.`);
  return lines.join('\n');
}

async function printBudget(output: Output, budget: Budget): Promise<void> {
  const resetsMs = Date.parse(budget.resetsAt) - Date.now();
  const { closed, unsettled } = budget;
  const lines = [
    ['limit', `${exactDollars(budget.limitUsd)} a day`],
    ['spent', `${exactDollars(budget.spentUsd)} (${percent(Number(budget.spentUsd), Number(budget.limitUsd))} %)`],
    ['reserved', `${exactDollars(budget.reservedUsd)} for calls in flight`],
    ['remaining', exactDollars(budget.remainingUsd)],
    ['resets', `${budget.resetsAt}${Number.isNaN(resetsMs) ? '' : ` (in ${duration(resetsMs)})`}`],
  ];
  if (unsettled.calls > 0) {
    const calls = counted(unsettled.calls, 'call');
    lines.push(['unsettled', `${exactDollars(unsettled.usd)} of what is spent, for ${calls} sent and never settled`]);
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
  requireSubcommand(budget);
  budget
    .command('set')
    .summary('set the limit')
    .description(
      'Sets how many dollars may be spent a day; 0 = none, so that no call goes. Needs a key of scope admin.',
    )
    .argument('<usd>', 'dollars a day', dollarsText)
    .addHelpText(
      'after',
      '\nExamples:\n  reprice budget set 25\n  reprice budget set 0.50\n  reprice budget set 0                           no call is paid; what waits goes on with another sum',
    )
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
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', reconcileHelp)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { spent: string; yes?: boolean }>();
      const api = connect(context, options);
      if (options.yes !== true) {
        requireTerminal(context);
        output.tell(bookingText(await api.budget(), options.spent));
        await confirm(context, 'Book it?', false);
      }
      await show(context, options, await api.reconcile(options.spent));
    });
}

async function show(context: Context, options: GlobalOptions, found: Budget): Promise<void> {
  if (options.json) await context.output.printJson(found);
  else await printBudget(context.output, found);
}

async function printUnsettled(context: Context, options: GlobalOptions): Promise<void> {
  const { output } = context;
  const calls = await connect(context, options).unsettledCalls();
  if (options.json) await output.printJsonLines(calls);
  else if (calls.length === 0) output.tell('No call of today is unsettled.');
  else {
    const columns = [{ head: 'call' }, { head: 'charged', isFigure: true }, { head: 'given up at' }];
    const rows = calls.map(({ id, usd, expiredAt }) => [id, exactDollars(usd), expiredAt]);
    await output.print(list(output, columns, rows));
  }
}
