import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count } from '../figures.ts';
import { wholeNumber } from '../option-values.ts';
import { printable } from '../output.ts';
import { pages } from '../paging.ts';
import type { DeadLetter, SinkParity } from '../sink-client.ts';
import { list } from '../table.ts';

const deadColumns = [
  { head: 'message' },
  { head: 'died' },
  { head: 'tries', isFigure: true },
  { head: 'SKUs', isFigure: true },
  { head: 'reason' },
  { head: 'what was said', longest: 200 },
];

/** Adds `dead` and `parity` to `reprice sinks`. */
export function addSinkLists(sinks: Command, context: Context): void {
  const { output } = context;
  sinks
    .command('dead')
    .summary('list what a sink would not take')
    .description('Lists the messages that a sink would not take, the oldest first, and why.')
    .argument('<name>', 'the sink')
    .option('-l, --limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .addHelpText(
      'after',
      '\nExamples:\n  reprice sinks dead shop\n  reprice sinks dead shop --json | jq -r ".prices[].sku"',
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { limit: number }>();
      const api = connect(context, options);
      const letters: DeadLetter[] = [];
      let hasMore = false;
      for await (const page of pages((most, cursor) => api.sinks.dead(name, most, cursor), options.limit)) {
        letters.push(...page.items);
        hasMore = page.nextCursor != null;
        if (options.json) await output.printJsonLines(page.items);
      }
      if (options.json) return;
      if (letters.length === 0) return output.tell(`${printable(name)} has no dead letters.`);
      const rows = letters.map((letter) => [
        letter.id,
        letter.diedAt,
        count(letter.attempts),
        count(letter.prices.length),
        letter.reason,
        letter.detail,
      ]);
      await output.print(list(output, deadColumns, rows));
      if (hasMore) output.tell(`These are the first ${letters.length}; --limit shows more.`);
      output.hint(`Try them again: ${commandName} sinks replay ${name}`);
    });
  sinks
    .command('parity')
    .summary('compare what sinks took')
    .description(
      'Compares what the sinks took, SKU by SKU: for a migration that writes to the old system and the new one.',
    )
    .option('-l, --limit <count>', 'how many SKUs that differ', wholeNumber(1, 1000), 20)
    .option('--reset', 'forget what was compared so far, and begin anew; needs a key of scope admin')
    .addHelpText('after', '\nExamples:\n  reprice sinks parity\n  reprice sinks parity --json | jq .samePercent')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { limit: number; reset?: boolean }>();
      if (options.reset) {
        await connect(context, options).sinks.forgetParity();
        return output.tell('The comparison begins anew.');
      }
      const parity = await connect(context, options).sinks.parity(options.limit);
      if (options.json) return await output.printJson(parity);
      await printParity(context, parity);
    });
}

async function printParity({ output }: Context, parity: SinkParity): Promise<void> {
  if (parity.sinks.length < 2) return output.tell('Fewer than two sinks: there is nothing to compare.');
  const { since, compared, same, samePercent, different, dead, unnamed, untold, waiting, notFollowed } = parity;
  const names = printable(parity.sinks.join(', '), 200);
  const begun = since ? `, since ${printable(since, 40)}` : '';
  const share = samePercent == null ? '' : ` (${samePercent} %)`;
  const taken =
    compared === 0
      ? 'no price was taken by all of them yet'
      : `${count(same)} of ${count(compared)} prices taken alike${share}`;
  await output.print(`${names}: ${taken}${begun}.`);
  const now = { different, dead, unnamed, untold, waiting, 'not followed': notFollowed };
  const some = Object.entries(now).filter(([, number]) => number > 0);
  if (some.length > 0)
    await output.print(`SKUs now: ${some.map(([what, number]) => `${count(number)} ${what}`).join(', ')}.`);
  else if (same < compared) await output.print('No SKU differs now: those that did were taken alike later.');
  if (parity.items.length === 0) return;
  const columns = [{ head: 'SKU' }, { head: 'what' }, ...parity.sinks.map((head) => ({ head, isFigure: true }))];
  const rows = parity.items.map(({ sku, kind, sinks }) => [
    sku,
    kind,
    ...parity.sinks.map((name) => {
      const told = sinks[name];
      return told?.price == null ? (told?.outcome ?? '') : `${told.price} ${told.currency ?? ''}`;
    }),
  ]);
  await output.print(list(output, columns, rows));
}
