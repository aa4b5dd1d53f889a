import { randomUUID } from 'node:crypto';
import { priorities } from '@reprice/config/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ApiClient, Submission } from '../api-client.ts';
import { ApiUnreachable } from '../api-error.ts';
import { type Catalogue, type CatalogueFormat, contentTypes, openCatalogue } from '../catalogue.ts';
import { type ColumnMap, parseColumnMap } from '../column-map.ts';
import { CommandError, usageError } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { counted } from '../figures.ts';
import { createProgress, type Progress, uploadMoment } from '../progress.ts';
import type { Batch } from '../responses.ts';
import { countersTable } from '../summary.ts';
import { follow } from './watch.ts';

interface SubmitOptions extends GlobalOptions {
  readonly priority: string;
  readonly currency?: string;
  readonly map?: readonly string[];
  readonly mode: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly watch?: boolean;
  readonly wait?: boolean;
  readonly format?: CatalogueFormat;
  readonly idempotencyKey?: string;
}

const examples = `
Examples:
  reprice submit catalogue.csv --watch
  reprice submit shopify.csv --map sku="Variant SKU",price="Variant Price" --currency USD --watch
  reprice submit urgent.ndjson --priority critical --wait
  reprice submit catalogue.csv --dry-run --watch       call the model, which costs money; publish nothing
  zcat catalogue.csv.gz | reprice submit - --format csv

With --watch or --wait the exit code is 1 when a SKU failed. Rejected lines are reported and change no exit code.`;

function currencyCode(text: string): string {
  const code = text.toUpperCase();
  if (/^[A-Z]{3}$/.test(code)) return code;
  throw new InvalidArgumentError('It takes an ISO 4217 code such as EUR.');
}

function headerText(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError('It takes 1 to 255 printable characters without blanks.');
}

async function* counting(chunks: AsyncIterable<Uint8Array>, sent: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    sent(bytes);
  }
}

/** Sends the catalogue. When the connection breaks under it, asks once more whether a refusal was the reason. */
async function send(
  api: ApiClient,
  catalogue: Catalogue,
  submission: Submission,
  progress: Progress,
  context: Context,
): Promise<Batch> {
  const startedMs = performance.now();
  let sent = 0;
  const body = counting(catalogue.chunks, (bytes) => {
    sent = bytes;
    progress.show(uploadMoment(bytes, catalogue.size, performance.now() - startedMs));
  });
  try {
    return await api.submit(body, submission, context.interrupt.signal);
  } catch (error) {
    progress.stop();
    const cause = error instanceof ApiUnreachable ? error.cause : undefined;
    for (let at: unknown = cause; at instanceof Error; at = at.cause) if (at instanceof CommandError) throw at;
    if (!(error instanceof ApiUnreachable) || sent === 0) throw error;
    // A server may refuse before it has read all, and close: the refusal itself is then lost.
    await api.batches(1);
    throw new CommandError(
      'failed',
      `The connection broke while ${catalogue.name} was sent: ${error.reason}.`,
      `Submit it again; with --idempotency-key ${submission.idempotencyKey} it cannot be taken twice.`,
    );
  }
}

async function submit(file: string, options: SubmitOptions, context: Context): Promise<void> {
  const { output } = context;
  const columns: ColumnMap = parseColumnMap(options.map ?? []);
  if (options.dryRun && options.mode === 'live') throw usageError('--dry-run contradicts --mode live.');
  const api = connect(context, options);
  const catalogue = await openCatalogue(file, options.format, context.stdin);
  if (columns.size > 0 && catalogue.format !== 'csv') {
    throw usageError(`--map names columns of a CSV file, and ${catalogue.name} is ${catalogue.format.toUpperCase()}.`);
  }
  const mode = options.dryRun ? 'dry-run' : options.mode;
  const submission: Submission = {
    contentType: contentTypes[catalogue.format],
    priority: options.priority,
    columns,
    idempotencyKey: options.idempotencyKey ?? randomUUID(),
    ...(mode === undefined ? {} : { mode }),
    ...(options.currency === undefined ? {} : { currency: options.currency }),
    ...(options.force ? { force: true } : {}),
  };
  const progress = createProgress(output, options.watch === true || output.isInteractive);
  context.progress = progress;
  context.onInterrupt = {
    message: 'Stopped while sending; an upload that is cut is not accepted.',
    advice: `If all of it was sent already, it is in the list: ${commandName} batches`,
  };
  const batch = await send(api, catalogue, submission, progress, context);
  if (options.watch || options.wait) {
    const view = options.watch ? progress : createProgress(output, false);
    if (!options.watch) progress.stop();
    return follow({ api, id: batch.id, progress: view, isAccepted: true }, options, context);
  }
  progress.stop();
  if (options.json) return output.printJson(batch);
  await output.print(
    `Batch ${batch.id} accepted: ${counted(batch.total, 'SKU')}, ${counted(batch.rejected, 'line')} rejected.`,
  );
  await output.print(countersTable(output, batch));
  await output.print(`\nNext:\n  ${commandName} watch ${batch.id}`);
}

/** Adds `reprice submit`. */
export function addSubmit(program: Command, context: Context): void {
  program
    .command('submit')
    .summary('send a catalogue to be repriced')
    .description(
      'Sends a catalogue (CSV, NDJSON or JSON) to be repriced. It is streamed: files of any size take little memory.',
    )
    .argument('<file>', 'the catalogue, or - for standard input')
    .addOption(new Option('-p, --priority <level>', 'how urgent it is').choices(priorities).default('normal'))
    .option('-c, --currency <code>', 'currency of lines that name none', currencyCode)
    .option('-m, --map <field=column,…>', 'which column holds which field; may be given several times', collect)
    .addOption(
      new Option('--mode <mode>', 'publish the prices, or (dry-run) only compute them').choices(['live', 'dry-run']),
    )
    .option(
      '-n, --dry-run',
      'compute everything and call the model (which costs money), publish nothing; the same as --mode dry-run',
    )
    .option('-f, --force', 'reprice even what has not changed')
    .option('-w, --watch', 'show the progress, and a summary at the end')
    .option('--wait', 'wait for the end in silence, then print the summary')
    .addOption(
      new Option('--format <format>', 'format of the catalogue (default: by its name, else its first bytes)').choices(
        Object.keys(contentTypes),
      ),
    )
    .option('--idempotency-key <key>', 'name of this submission: the same is never taken twice', headerText)
    .addHelpText('after', examples)
    .action((file: string, _options: unknown, command: Command) =>
      submit(file, command.optsWithGlobals<SubmitOptions>(), context),
    );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
