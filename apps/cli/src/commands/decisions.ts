import { type Command, InvalidArgumentError } from 'commander';
import { ApiProblem } from '../api-error.ts';
import { exitCodes, usageError } from '../command-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { signedPercent } from '../figures.ts';
import { noteText, revisionNumber, skuArgument, skuArguments } from '../option-values.ts';
import { printable } from '../output.ts';
import type { Decided } from '../price-responses.ts';

const approveExamples = `
Examples:
  reprice approve TSHIRT-RED-M
  reprice approve TSHIRT-RED-M --price 12.90       only if it is still this price that is held
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
  readonly price?: string;
}

function priceText(text: string): string {
  if (/^\d{1,15}(\.\d{1,4})?$/.test(text)) return text;
  throw new InvalidArgumentError('It takes a price as `reprice held` shows it, such as 12.90.');
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
  const { note, price } = options;
  if (price !== undefined && skus.length > 1) throw usageError('--price goes with one SKU.');
  const api = connect(context, options);
  for (const sku of skus) {
    context.interrupt.signal.throwIfAborted();
    try {
      const decided = await api.decide(sku, action, {
        ...(price !== undefined && { price }),
        ...(note !== undefined && { note }),
      });
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
      .option('--price <amount>', 'the held price as you saw it; another one is left alone', priceText)
      .option('--note <text>', 'why; kept for those who ask later', noteText)
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
    .option('--note <text>', 'why; kept for those who ask later', noteText)
    .addHelpText('after', rollbackExamples)
    .action(async (sku: string, _options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { revision?: number; note?: string }>();
      const { revision, note } = options;
      const body = { ...(revision !== undefined && { revision }), ...(note !== undefined && { note }) };
      const decided = await connect(context, options).decide(sku, 'rollback', body);
      await (options.json ? output.printJson(decided) : output.print(decidedText(decided)));
    });
}
