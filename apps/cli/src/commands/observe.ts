import { type Command, Option } from 'commander';
import { type CatalogueFormat, contentTypes, openCatalogue } from '../catalogue.ts';
import { usageError } from '../command-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, counted } from '../figures.ts';
import { unusedText } from '../unused-competitors.ts';
import { rejectionText } from './lists.ts';

interface ObserveOptions extends GlobalOptions {
  readonly format?: CatalogueFormat;
}

const examples = `
Examples:
  echo '{"sku":"SHOE-42","stock":0}' | reprice observe -
  reprice observe changes.ndjson
  tail -f market.ndjson | split -l 1000 --filter='reprice observe -'

Each line names a SKU and what has changed of it; null clears a field. What is older than what is known (observedAt) changes nothing. Only
what moved enough is repriced. Rejected lines are reported and change no exit code; sending the same again harms nothing.`;

async function observe(file: string, options: ObserveOptions, context: Context): Promise<void> {
  const { output } = context;
  const source = await openCatalogue(file, options.format, context.stdin, (text) => output.tell(text));
  if (source.format === 'csv')
    throw usageError(`${source.name} is CSV; observations are NDJSON or JSON, since each names other fields.`);
  context.onInterrupt = { message: 'Stopped while sending; what was taken by then stays.' };
  const taken = await connect(context, options).observe(
    source.chunks,
    contentTypes[source.format],
    context.interrupt.signal,
  );
  if (options.json) return output.printJson(taken);
  const { accepted, stale, repricing, rejected, errors, ignoredFields, unusedCompetitors } = taken;
  const late = stale > 0 ? `, ${count(stale)} older than what is known` : '';
  await output.print(
    `${counted(accepted, 'observation')} taken${late}: ${counted(repricing, 'SKU')} to be repriced, ${counted(rejected, 'line')} rejected.`,
  );
  for (const rejection of errors) output.tell(rejectionText(rejection));
  if (errors.length < rejected) output.tell(`and ${count(rejected - errors.length)} more.`);
  for (const { field, didYouMean } of ignoredFields)
    output.tell(`The field "${field}" means nothing here${didYouMean ? `; did you mean "${didYouMean}"?` : '.'}`);
  const unused = unusedText(unusedCompetitors);
  if (unused !== '') output.tell(unused);
}

/** Adds `reprice observe`. */
export function addObserve(program: Command, context: Context): void {
  program
    .command('observe')
    .summary('tell what has changed of some SKUs')
    .description('Tells what has changed of some SKUs (NDJSON or JSON); what moved enough is repriced.')
    .argument('<file>', 'the observations, or - for standard input')
    .addOption(
      new Option('--format <format>', 'format of the file (default: by its name, else its first bytes)').choices([
        'ndjson',
        'json',
      ]),
    )
    .addHelpText('after', examples)
    .action((file: string, _options: unknown, command: Command) =>
      observe(file, command.optsWithGlobals<ObserveOptions>(), context),
    );
}
