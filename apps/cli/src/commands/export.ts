import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { CommandError, usageError } from '../command-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { bytes } from '../figures.ts';
import { createProgress } from '../progress.ts';

const formats = ['csv', 'ndjson', 'json'] as const;

interface ExportOptions extends GlobalOptions {
  readonly format?: (typeof formats)[number];
  readonly out?: string;
  readonly raw?: boolean;
}

const examples = `
Examples:
  reprice export bmwqasc7u58i --out prices.csv
  reprice export bmwqasc7u58i --format ndjson | jq 'select(.changePercent > 10)'
  reprice export bmwqasc7u58i --raw | psql -c '\\copy prices from stdin csv header'

In CSV, text that a spreadsheet would run as a formula (it begins with = + - @) gets an apostrophe in front; --raw leaves it as it is, for
programs. NDJSON and JSON are never changed.`;

function formatOf({ format, out, json }: ExportOptions): string {
  const extension = out === undefined ? '' : path.extname(out).slice(1).toLowerCase();
  const byName = formats.find((known) => known === extension.replace('jsonl', 'ndjson'));
  return format ?? (json ? 'ndjson' : (byName ?? 'csv'));
}

/** Writes all of it or nothing: an export that breaks off never looks like a complete file. */
async function writeFile(file: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
  const partial = `${file}.partial`;
  try {
    const target = createWriteStream(partial);
    await pipeline(chunks, target, { signal });
    await rename(partial, file);
    return target.bytesWritten;
  } catch (error) {
    await rm(partial, { force: true });
    signal.throwIfAborted();
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : '';
    if (code !== '') throw new CommandError('failed', `${file} cannot be written (${code}).`);
    throw error;
  }
}

async function exportResults(id: string, options: ExportOptions, context: Context): Promise<void> {
  const { output, interrupt } = context;
  const { out } = options;
  if (out !== undefined) {
    const existing = await stat(out).catch(() => undefined);
    if (existing?.isDirectory()) throw usageError(`--out: ${out} is a folder, not a file.`);
    const folder = await stat(path.dirname(out)).catch(() => undefined);
    if (!folder?.isDirectory()) throw usageError(`--out: there is no folder ${path.dirname(out)}.`);
  }
  const chunks = connect(context, options).export(id, 'results', formatOf(options), options.raw);
  context.onInterrupt = { message: 'Stopped; the export is not complete.' };
  if (out === undefined) {
    for await (const chunk of chunks) {
      interrupt.signal.throwIfAborted();
      await output.printBytes(chunk);
    }
    return;
  }
  const progress = createProgress(output, output.isInteractive);
  context.progress = progress;
  const first = await chunks.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    let written = 0;
    for (let next = first; !next.done; next = await chunks.next()) {
      yield next.value;
      written += next.value.length;
      progress.show({ phase: 'Writing', done: written, text: bytes(written) });
    }
    progress.stop();
  }
  output.tell(`${bytes(await writeFile(out, all(), interrupt.signal))} written to ${out}.`);
}

/** Adds `reprice export`. */
export function addExport(program: Command, context: Context): void {
  program
    .command('export')
    .summary('fetch the prices of a batch')
    .description('Fetches all prices of a batch as CSV, NDJSON or JSON.')
    .argument('<batch>', 'id of the batch')
    .addOption(new Option('--format <format>', 'default: by the name of --out, else csv').choices(formats))
    .option('-o, --out <file>', 'where to write (default: standard output); written whole or not at all')
    .option('--raw', 'leave text as it is, though a spreadsheet may run it as a formula')
    .addHelpText('after', examples)
    .action((id: string, _options: unknown, command: Command) =>
      exportResults(id, command.optsWithGlobals<ExportOptions>(), context),
    );
}
