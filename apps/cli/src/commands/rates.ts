import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { ago, counted } from '../figures.ts';
import { printable } from '../output.ts';
import { readRatesFile } from '../rates-file.ts';
import type { Rates } from '../responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { list } from '../table.ts';

const setExamples = `
  reprice rates set rates.json                 {"date": "2026-11-20", "base": "EUR", "perBase": {"USD": "1.0842"}}
  curl -s https://rates.example/today | reprice rates set -
  reprice rates set rates.json --force         in place of a newer table that was a mistake`;

const about =
  "\n\nCompetitors' prices in other currencies are converted by them as they come in. Those without a rate, or once the table is too old, are\nnot used, and the answers say how many.";

async function printRates(context: Context, rates: Rates): Promise<void> {
  const { output } = context;
  if (!rates.given) {
    await output.print("No rates are given: competitors' prices in other currencies are not used.");
    output.hint(`${commandName} rates set FILE gives those of today.`);
    return;
  }
  const { date, base, perBase, usable, usableUntil, from, by, setAt } = rates;
  const origin =
    from === 'config'
      ? 'from the config file'
      : `set${by ? ` by ${by}` : ''}${setAt ? ` ${ago(setAt, Date.now())}` : ''}`;
  const state = usable ? `used until ${usableUntil}` : `NOT USED since ${usableUntil}: too old`;
  await output.print(printable(`Rates of ${date}, ${origin}; ${state}.`, 300));
  const rows = Object.entries(perBase).map(([currency, rate]) => [currency, rate]);
  await output.print(list(output, [{ head: 'currency' }, { head: `for 1 ${base}`, isFigure: true }], rows));
}

async function show(context: Context, command: Command): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const rates = await connect(context, options).rates();
  if (options.json) return context.output.printJson(rates);
  await printRates(context, rates);
}

async function set(file: string, context: Context, command: Command): Promise<void> {
  const { output } = context;
  const { force = false, ...options } = command.optsWithGlobals<GlobalOptions & { force?: boolean }>();
  const wanted = await readRatesFile(file, context.stdin);
  const rates = await connect(context, options).setRates({ ...wanted, ...(force && { force }) });
  if (options.json) return output.printJson(rates);
  await printRates(context, rates);
  if (rates.given) output.tell(`${counted(Object.keys(rates.perBase).length, 'rate')} in force within a second.`);
}

/** Adds `reprice rates`, its `show` and `set`. */
export function addRates(program: Command, context: Context): void {
  const rates = program
    .command('rates')
    .summary("show or set exchange rates for competitors' prices")
    .description("Shows the exchange rates by which competitors' prices in other currencies are converted.")
    .addHelpText('after', `\nExamples:\n  reprice rates${setExamples}${about}`)
    .action((_options: unknown, command: Command) => show(context, command));
  requireSubcommand(rates);
  rates
    .command('show')
    .summary('show the rates in force')
    .description('Shows the rates in force; the same as `reprice rates`.')
    .addHelpText('after', '\nExamples:\n  reprice rates show')
    .action((_options: unknown, command: Command) => show(context, command));
  rates
    .command('set')
    .summary('give the rates of a day')
    .description('Gives the rates of a day, from a JSON file. Needs a key of scope admin.')
    .argument('<file>', 'a JSON file of date, base and perBase, or - for standard input')
    .option('--force', 'also in place of a newer table')
    .addHelpText('after', `\nExamples:${setExamples}${about}`)
    .action((file: string, _options: unknown, command: Command) => set(file, context, command));
}
