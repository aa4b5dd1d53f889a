import type { Command } from 'commander';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count } from '../figures.ts';
import { printable } from '../output.ts';
import type { Failure, Rejection } from '../responses.ts';

const rejectionExamples = `
Examples:
  reprice rejections bmwqasc7u58i
  reprice rejections bmwqasc7u58i --json > rejected.ndjson`;

const failureExamples = `
Examples:
  reprice failures bmwqasc7u58i
  reprice failures bmwqasc7u58i --json | jq -r .sku`;

/** A rejected line in one line of text. */
export function rejectionText({ line, sku, faults }: Rejection): string {
  const said = faults.map(
    ({ field, code, got, takes }) => `${field && `${field}: `}${code}, got ${got}; takes ${takes}`,
  );
  return printable([`line ${count(line)}`, sku, said.join(' | ')].filter(Boolean).join('  '), 500);
}

function failureText({ sku, reason, detail }: Failure): string {
  return printable([sku, reason, detail].filter(Boolean).join('  '), 500);
}

/** Prints a list as it comes, one line an item; with `--json` one JSON object a line. */
async function printList<T>(
  items: AsyncIterable<T>,
  text: (item: T) => string,
  none: string,
  isJson: boolean,
  context: Context,
): Promise<void> {
  let isEmpty = true;
  for await (const item of items) {
    context.interrupt.signal.throwIfAborted();
    isEmpty = false;
    await context.output.print(isJson ? JSON.stringify(item) : text(item));
  }
  if (isEmpty && !isJson) context.output.tell(none);
}

/** Adds `reprice rejections` and `reprice failures`. */
export function addLists(program: Command, context: Context): void {
  program
    .command('rejections')
    .summary('list the rejected lines of a batch')
    .description('Lists the lines of a catalogue that were rejected: line, field, what it got and what it takes.')
    .argument('<batch>', 'id of the batch')
    .addHelpText('after', rejectionExamples)
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const items = connect(context, options).rejections(id);
      await printList(items, rejectionText, 'No line was rejected.', options.json === true, context);
    });
  program
    .command('failures')
    .summary('list the SKUs of a batch that failed')
    .description('Lists the SKUs that finally failed, each with its reason.')
    .argument('<batch>', 'id of the batch')
    .addHelpText('after', failureExamples)
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const items = connect(context, options).failures(id);
      await printList(items, failureText, 'No SKU failed.', options.json === true, context);
    });
}
