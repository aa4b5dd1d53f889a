import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { ApiProblem } from '../api-error.ts';
import { exitCodes } from '../command-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { exactDollars, signedPercent } from '../figures.ts';
import { skuArguments } from '../option-values.ts';
import { type Output, printable } from '../output.ts';
import type { Price } from '../responses.ts';
import { facts, list } from '../table.ts';
import { changeOf } from '../top-changes.ts';

const examples = `
Examples:
  reprice price TSHIRT-RED-M
  reprice price TSHIRT-RED-M TSHIRT-RED-L --json
  reprice price -- -ODD-SKU                            a SKU that begins with a dash goes after --`;

/** How many prices are asked for at once. */
const inFlight = 8;

async function pricesOf(api: ApiClient, skus: readonly string[]): Promise<(Price | undefined)[]> {
  const prices: (Price | undefined)[] = [];
  for (let at = 0; at < skus.length; at += inFlight) {
    const some = skus.slice(at, at + inFlight).map(async (sku) => {
      try {
        return await api.price(sku);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404 && error.kind === 'not-found') return undefined;
        throw error;
      }
    });
    prices.push(...(await Promise.all(some)));
  }
  return prices;
}

function changeText(price: Price): string {
  if (price.previousPrice == null) return 'first price';
  return `${signedPercent(changeOf(price))} from ${price.previousPrice}`;
}

async function printOne(output: Output, price: Price): Promise<void> {
  const told: [string, string][] = [
    ['price', `${price.price} ${price.currency} (${changeText(price)})`],
    ['reason', price.reason],
    ['guardrails', price.guardrails.join(', ') || 'none moved it'],
    ['source', [price.source, price.model, price.route].filter(Boolean).join(', ')],
    ['strategy', price.strategy ?? ''],
    ['confidence', price.confidence == null ? '' : String(price.confidence)],
    ['snapshot of', price.snapshotAt ?? ''],
    ['priced at', price.pricedAt ?? ''],
    ['cost', price.costUsd == null ? '' : exactDollars(price.costUsd)],
  ];
  await output.print([output.bold(printable(price.sku)), ...facts(told)].join('\n'));
}

/** Adds `reprice price`. */
export function addPrice(program: Command, context: Context): void {
  program
    .command('price')
    .summary('show the current price of SKUs')
    .description('Shows the current price of each SKU, and why it is what it is. Fails if one of them has none.')
    .argument('<sku...>', 'one or more SKUs', skuArguments)
    .addHelpText('after', examples)
    .action(async (skus: string[], _options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions>();
      const prices = await pricesOf(connect(context, options), skus);
      const found = prices.filter((price) => price !== undefined);
      for (const [index, price] of prices.entries()) {
        if (price !== undefined) continue;
        context.exitCode = exitCodes.failed;
        output.tell(`No price is known for ${printable(skus[index] ?? '')}.`);
      }
      if (options.json) return output.printJsonLines(found);
      const [only] = found;
      if (found.length === 1 && only !== undefined) return printOne(output, only);
      if (found.length === 0) return;
      const columns = [
        { head: 'SKU' },
        { head: 'price', isFigure: true },
        { head: 'currency' },
        { head: 'change', isFigure: true },
        { head: 'guardrails', longest: 30 },
        { head: 'reason' },
      ];
      const rows = found.map((price) => [
        price.sku,
        price.price,
        price.currency,
        changeText(price),
        price.guardrails.join(', '),
        price.reason,
      ]);
      await output.print(list(output, columns, rows));
    });
}
