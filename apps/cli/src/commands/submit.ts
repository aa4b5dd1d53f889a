import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { priorities } from '@reprice/config/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ApiClient, Submission, Submitted } from '../api-client.ts';
import { ApiProblem, explained, isPassing } from '../api-error.ts';
import { type Catalogue, type CatalogueFormat, contentTypes, openCatalogue } from '../catalogue.ts';
import { type ColumnMap, parseColumnMap } from '../column-map.ts';
import { CommandError, usageError } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { counted } from '../figures.ts';
import { createProgress } from '../progress.ts';
import { SendingBroke, sendCatalogue } from '../resending.ts';
import { countersTable } from '../summary.ts';
import { typedSubmit } from '../typed-submit.ts';
import { whyItWaits } from '../what-holds.ts';
import { follow } from './watch.ts';

interface SubmitOptions extends GlobalOptions {
  readonly priority: string;
  readonly currency?: string;
  readonly map?: readonly string[];
  readonly mode: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly finishBy?: string;
  readonly watch?: boolean;
  readonly wait?: boolean;
  readonly format?: CatalogueFormat;
  readonly idempotencyKey?: string;
  readonly retryFor: number;
  readonly check?: boolean;
}

const examples = `
Examples:
  reprice submit catalogue.csv --watch
  reprice submit shopify.csv --map sku="Variant SKU",price="Variant Price" --currency USD --watch
  reprice submit urgent.ndjson --priority critical --wait
  reprice submit catalogue.csv --dry-run --watch       call the model, which costs money; publish nothing
  reprice submit catalogue.csv --idempotency-key today-1
  reprice submit catalogue.csv --priority low --finish-by 12h   may wait for the model's cheaper hours
  zcat catalogue.csv.gz | reprice submit - --format csv

A file that could not be sent is sent again by itself, with the same idempotency key, for two minutes (--retry-for); a pipe cannot be sent
twice. Whatever happened, the same file with the same --idempotency-key is taken once, within 24 hours.
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

/** A length of time such as 90s, 2m or 0, in ms. */
function patienceText(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smh]?)$/.exec(text) ?? [];
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? (Number(amount) === 0 ? 0 : undefined);
  if (amount !== undefined && unitMs !== undefined) return Number(amount) * unitMs;
  throw new InvalidArgumentError('It takes a length of time such as 90s, 10m or 1h; 0 = never.');
}

/** A moment such as 2026-11-22T06:00Z, or how far off it is, such as 12h; as ISO 8601. */
function momentText(text: string): string {
  const [, amount, unit] = /^(\d{1,4})([mh])$/.exec(text) ?? [];
  if (amount !== undefined)
    return new Date(Date.now() + Number(amount) * (unit === 'h' ? 3_600_000 : 60_000)).toISOString();
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text)))
    return new Date(text).toISOString();
  throw new InvalidArgumentError('It takes a moment such as 2026-11-22T06:00Z, or a time from now such as 90m or 12h.');
}

/** What the person at the terminal does to send the same again. */
function resendAdvice(file: string, options: SubmitOptions, idempotencyKey: string): string {
  return `Send it again with the same key, and it is taken once, whatever arrived:\n  ${typedSubmit({ file, ...options }, idempotencyKey)}`;
}

/** An error in the middle of sending, with the command that goes on where that is worth it. */
function unsent(error: unknown, catalogue: Catalogue, advice: string, context: Context): unknown {
  if (error instanceof SendingBroke)
    return new CommandError(
      'failed',
      `The connection broke while ${catalogue.name} was sent: ${error.reason}.`,
      advice,
    );
  if (!isPassing(error) || !(error instanceof ApiProblem)) return error;
  const told = explained(error, context);
  return told && new CommandError('failed', told.message, [told.advice, advice].filter(Boolean).join('\n'));
}

/** Says what became of a submission that nobody watches, what it waits for, and what to do next. */
async function tellAccepted(api: ApiClient, { batch, isKnown }: Submitted, context: Context): Promise<void> {
  const { output } = context;
  const accepted = isKnown ? `was accepted before (${batch.status}), nothing was taken twice` : 'accepted';
  await output.print(
    `Batch ${batch.id} ${accepted}: ${counted(batch.total, 'SKU')}, ${counted(batch.rejected, 'line')} rejected.`,
  );
  await output.print(countersTable(output, batch));
  const waits = batch.waiting > 0 ? await whyItWaits(api, batch, Date.now()) : undefined;
  if (waits !== undefined) output.tell(waits);
  const next = batch.waiting > 0 ? ['watch'] : [batch.priced > 0 ? 'export' : ''];
  if (batch.rejected > 0) next.push('rejections');
  const commands = next.filter(Boolean).map((command) => `  ${commandName} ${command} ${batch.id}`);
  if (commands.length > 0) await output.print(`\nNext:\n${commands.join('\n')}`);
}

function requireColumns({ name, format }: Catalogue, columns: ColumnMap): void {
  if (columns.size > 0 && format !== 'csv')
    throw usageError(`--map names columns of a CSV file, and ${name} is ${format.toUpperCase()}.`);
}

async function submit(file: string, options: SubmitOptions, context: Context): Promise<void> {
  const { output } = context;
  const columns: ColumnMap = parseColumnMap(options.map ?? []);
  if (options.dryRun && options.mode === 'live') throw usageError('--dry-run contradicts --mode live.');
  const open = () => openCatalogue(file, options.format, context.stdin, (text) => output.tell(text));
  if (options.check) {
    // What comes out of a pipe is read once.
    const isPipe = file === '-' || (await stat(file).catch(() => undefined))?.isFIFO();
    return isPipe ? undefined : requireColumns(await open(), columns);
  }
  const api = connect(context, options);
  const catalogue = await open();
  requireColumns(catalogue, columns);
  const mode = options.dryRun ? 'dry-run' : options.mode;
  const submission: Submission = {
    contentType: contentTypes[catalogue.format],
    priority: options.priority,
    columns,
    idempotencyKey: options.idempotencyKey ?? randomUUID(),
    ...(mode === undefined ? {} : { mode }),
    ...(options.currency === undefined ? {} : { currency: options.currency }),
    ...(options.force ? { force: true } : {}),
    ...(options.finishBy === undefined ? {} : { finishBy: options.finishBy }),
  };
  const progress = createProgress(output, options.watch === true || output.isInteractive);
  context.progress = progress;
  const advice = resendAdvice(file, options, submission.idempotencyKey);
  context.onInterrupt = { message: 'Stopped while sending; an upload that is cut is not accepted.', advice };
  const submitted = await sendCatalogue(api, catalogue, submission, {
    progress,
    tell: (text) => output.tell(text),
    signal: context.interrupt.signal,
    patienceMs: options.retryFor,
    ...(catalogue.isReadableAgain && { reopen: () => openCatalogue(file, options.format, context.stdin) }),
  }).catch((error: unknown) => {
    throw unsent(error, catalogue, advice, context);
  });
  const { batch } = submitted;
  if (options.watch || options.wait) {
    const view = options.watch ? progress : createProgress(output, false);
    if (!options.watch) progress.stop();
    if (submitted.isKnown) output.tell(`Batch ${batch.id} was accepted before; nothing was taken twice.`);
    return follow({ api, id: batch.id, progress: view, isAccepted: true }, options, context);
  }
  progress.stop();
  await (options.json ? output.printJson(batch) : tellAccepted(api, submitted, context));
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
    .option(
      '--finish-by <time>',
      "with --priority low: may wait for the model's cheaper hours, if it can still be done by then",
      momentText,
    )
    .option('-w, --watch', 'show the progress, and a summary at the end')
    .option('--wait', 'wait for the end in silence, then print the summary')
    .addOption(
      new Option('--format <format>', 'format of the catalogue (default: by its name, else its first bytes)').choices(
        Object.keys(contentTypes),
      ),
    )
    .option('--idempotency-key <key>', 'name of this submission: the same is never taken twice', headerText)
    .addOption(
      new Option(
        '--retry-for <time>',
        'try again so long by itself when the connection breaks or the API has no room; 0 = never',
      )
        .argParser(patienceText)
        .default(120_000, '2m'),
    )
    // For npm start, which starts nothing if its options are wrong.
    .addOption(new Option('--check', 'look whether the options and the file can be right, send nothing').hideHelp())
    .addHelpText('after', examples)
    .action((file: string, _options: unknown, command: Command) =>
      submit(file, command.optsWithGlobals<SubmitOptions>(), context),
    );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
