import { type Command, Option } from 'commander';
import { type Catalogue, type CatalogueFormat, contentTypes, openCatalogue } from '../catalogue.ts';
import { usageError } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, counted } from '../figures.ts';
import { printable } from '../output.ts';
import { unusedText } from '../unused-competitors.ts';
import { rejectionText } from './lists.ts';

interface ObserveOptions extends GlobalOptions {
  readonly source?: string;
  readonly format?: CatalogueFormat;
}

const examples = `
Examples:
  echo '{"sku":"SHOE-42","stock":0}' | reprice observe -
  reprice observe changes.ndjson
  reprice observe listings.txt --source amazon
  tail -f market.ndjson | split -l 1000 --filter='reprice observe -'

Each line names a SKU and what has changed of it; null clears a field. What is older than what is known (observedAt) changes nothing. Only
what moved enough is repriced. With --source the file is what a shop or market sends: a product feed, a listing report, or its JSON; the
config file says how that source is read, and what cannot be used is told by \`reprice quarantine\`. Rejected lines are reported and change
no exit code; sending the same again harms nothing.`;

async function observe(file: string, options: ObserveOptions, context: Context): Promise<void> {
  const { output } = context;
  const source = await openCatalogue(file, options.format, context.stdin, (text) => output.tell(text));
  if (options.source !== undefined) return await sendToSource(options.source, source, options, context);
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

async function sendToSource(
  name: string,
  { chunks, format }: Catalogue,
  options: ObserveOptions,
  context: Context,
): Promise<void> {
  const { output } = context;
  context.onInterrupt = { message: 'Stopped while sending; what was taken by then stays.' };
  const api = connect(context, options);
  const received = await api.sendToSource(name, chunks, contentTypes[format], context.interrupt.signal);
  if (options.json) return output.printJson(received);
  const { accepted, stale, repricing, quarantined, learned, unused, misfits, unusedCompetitors } = received;
  const late = stale > 0 ? `, ${count(stale)} older than what is known` : '';
  const known = learned > 0 ? ` ${counted(learned, 'id')} of ${name} learned.` : '';
  await output.print(
    `${counted(accepted, 'observation')} taken${late}: ${counted(repricing, 'SKU')} to be repriced, ${count(quarantined)} put aside.${known}`,
  );
  for (const { reason, detail } of misfits) output.tell(printable(`${reason}: ${detail}`, 300));
  if (misfits.length < quarantined) output.tell(`and ${count(quarantined - misfits.length)} more.`);
  const others = Object.entries(unused).map(([reason, n]) => `${count(n)} ${reason}`);
  if (others.length > 0) output.tell(printable(`Tells nothing that is needed: ${others.join(', ')}.`, 500));
  const foreign = unusedText(unusedCompetitors);
  if (foreign !== '') output.tell(foreign);
  if (quarantined > 0) output.hint(`${commandName} quarantine --source ${name} shows what came.`);
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
        'csv',
      ]),
    )
    .option('--source <name>', 'the file is what this source of the config file sends')
    .addHelpText('after', examples)
    .action((file: string, _options: unknown, command: Command) =>
      observe(file, command.optsWithGlobals<ObserveOptions>(), context),
    );
}
