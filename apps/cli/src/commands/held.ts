import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { signedPercent } from '../figures.ts';
import { wholeNumber } from '../option-values.ts';
import { pages } from '../paging.ts';
import type { Held } from '../price-responses.ts';
import { list } from '../table.ts';

const examples = `
Examples:
  reprice held
  reprice held --json | jq -r 'select(.changePercent < 30) | .sku' | xargs npx reprice approve --

Decide: reprice approve SKU, or reprice reject SKU. A strategy's guardrail holdAbovePercent says which changes wait for a person.`;

const columns = [
  { head: 'SKU' },
  { head: 'live', isFigure: true },
  { head: 'held', isFigure: true },
  { head: 'currency' },
  { head: 'change', isFigure: true },
  { head: 'since' },
  { head: 'guardrails', longest: 30 },
  { head: 'reason', longest: 80 },
];

/** Adds `reprice held`. */
export function addHeld(program: Command, context: Context): void {
  program
    .command('held')
    .summary('list the prices that wait for a person')
    .description('Lists the prices that are not live, since their change is so large that a person must approve it.')
    .option('-l, --limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { limit: number }>();
      const api = connect(context, options);
      const held: Held[] = [];
      let hasMore = false;
      for await (const page of pages((count, cursor) => api.held(count, cursor), options.limit)) {
        held.push(...page.items);
        hasMore = page.nextCursor != null;
        if (options.json) await output.printJsonLines(page.items);
      }
      if (options.json) return;
      if (held.length === 0) return output.tell('No price waits for a person.');
      const rows = held.map((one) => [
        one.sku,
        one.previousPrice ?? '',
        one.price,
        one.currency,
        signedPercent(one.changePercent),
        one.heldAt,
        one.guardrails.join(', '),
        one.reason,
      ]);
      await output.print(list(output, columns, rows));
      if (hasMore) output.tell(`These are the first ${held.length}; --limit shows more.`);
      output.hint(`Decide: ${commandName} approve SKU, or ${commandName} reject SKU.`);
    });
}
