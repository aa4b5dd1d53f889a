import type { Command } from 'commander';
import { ApiProblem } from '../api-error.ts';
import { exitCodes } from '../command-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { signedPercent } from '../figures.ts';
import { noteText, revisionNumber, skuArgument, skuArguments } from '../option-values.ts';
import { printable } from '../output.ts';
import type { Decided } from '../price-responses.ts';

const approveExamples = `
Examples:
  reprice approve TSHIRT-RED-M
  reprice approve TSHIRT-RED-M TSHIRT-RED-L --note "season's end"

The guardrails of today hold for it as well: where they refuse it, it stays held.`;

const rejectExamples = `
Examples:
  reprice reject TSHIRT-RED-M --note "too steep"

The live price stays; the next run may suggest another.`;

const rollbackExamples = `
Examples:
  reprice rollback TSHIRT-RED-M                    to the price before the live one
  reprice rollback TSHIRT-RED-M --revision 3       to a price that reprice history shows

The guardrails of today hold for it as well, rolling limits included.`;

interface DecisionOptions extends GlobalOptions {
  readonly note?: string;
}

function decidedText(decided: Decided): string {
  if (decided.rejected === true)
    return printable(`${decided.sku}: the held price is dropped, the live one stays.`, 300);
  const change = signedPercent(typeof decided.changePercent === 'number' ? decided.changePercent : undefined);
  return printable(`${decided.sku} is ${decided.price} ${decided.currency} now${change && ` (${change})`}.`, 300);
}

/** Decides one SKU after the other; what the API refuses is told, and fails the command in the end. */
async function decideAll(
  skus: readonly string[],
  action: 'approve' | 'reject',
  context: Context,
  options: DecisionOptions,
): Promise<void> {
  const { output } = context;
  const api = connect(context, options);
  for (const sku of skus) {
    context.interrupt.signal.throwIfAborted();
    try {
      const decided = await api.decide(sku, action, options.note === undefined ? {} : { note: options.note });
      await (options.json ? output.printJson(decided) : output.print(decidedText(decided)));
    } catch (error) {
      const isItsOwn = error instanceof ApiProblem && (error.kind === 'not-found' || error.kind === 'conflict');
      if (!isItsOwn || skus.length === 1) throw error;
      context.exitCode = exitCodes.failed;
      output.tell(printable(`${sku}: ${error.detail || error.title}`, 400));
    }
  }
}

/** Adds `reprice approve`, `reprice reject` and `reprice rollback`. */
export function addDecisions(program: Command, context: Context): void {
  const decision = (action: 'approve' | 'reject', summary: string, description: string, examples: string): void => {
    program
      .command(action)
      .summary(summary)
      .description(description)
      .argument('<sku...>', 'one or more SKUs', skuArguments)
      .option('--note <text>', 'why; kept with the price', noteText)
      .addHelpText('after', examples)
      .action((skus: string[], _options: unknown, command: Command) =>
        decideAll(skus, action, context, command.optsWithGlobals<DecisionOptions>()),
      );
  };
  decision('approve', 'publish a held price', 'Publishes held prices. Needs a key of scope write.', approveExamples);
  decision(
    'reject',
    'drop a held price',
    'Drops held prices; the live ones stay. Needs a key of scope write.',
    rejectExamples,
  );
  program
    .command('rollback')
    .summary('bring an earlier price back')
    .description('Publishes an earlier price of a SKU again. Needs a key of scope write.')
    .argument('<sku>', 'the SKU', skuArgument)
    .option('--revision <number>', 'which price (default: the one before the live one)', revisionNumber)
    .addHelpText('after', rollbackExamples)
    .action(async (sku: string, _options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { revision?: number }>();
      const body = options.revision === undefined ? {} : { revision: options.revision };
      const decided = await connect(context, options).decide(sku, 'rollback', body);
      await (options.json ? output.printJson(decided) : output.print(decidedText(decided)));
    });
}
