import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { usageError } from './command-error.ts';
import { commandName } from './command-name.ts';
import { pipeChunks } from './named-pipe.ts';

/** The formats in which a catalogue may be given, and the content type that tells the API which it is. */
export const contentTypes = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
} as const;
/** One of the formats of {@link contentTypes}. */
export type CatalogueFormat = keyof typeof contentTypes;

/** A catalogue that is ready to be sent; its first bytes were looked at. */
export interface Catalogue {
  /** What to call it in messages. */
  readonly name: string;
  readonly format: CatalogueFormat;
  /** Bytes; unknown for a pipe. */
  readonly size?: number;
  /** Whether it may be opened again and holds the same then: a file, not a pipe. */
  readonly isReadableAgain: boolean;
  /** The content, from its first byte; may be read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

const extensions: Readonly<Record<string, CatalogueFormat>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
};

const unusable: readonly { readonly start: readonly number[]; readonly what: string; readonly advice: string }[] = [
  {
    start: [0x1f, 0x8b],
    what: 'compressed with gzip',
    advice: `Unpack it on the way: gunzip -c FILE | ${commandName} submit - --format csv`,
  },
  {
    start: [0x28, 0xb5, 0x2f, 0xfd],
    what: 'compressed with zstd',
    advice: `Unpack it on the way: zstdcat FILE | ${commandName} submit - --format csv`,
  },
  {
    start: [0x50, 0x4b, 0x03, 0x04],
    what: 'a ZIP archive or an Excel workbook',
    advice: 'Save the sheet as CSV (UTF-8) and submit that.',
  },
  {
    start: [0xd0, 0xcf, 0x11, 0xe0],
    what: 'an old Excel workbook',
    advice: 'Save the sheet as CSV (UTF-8) and submit that.',
  },
  {
    start: [0xff, 0xfe],
    what: 'UTF-16 text',
    advice: `Convert it on the way: iconv -f UTF-16 -t UTF-8 FILE | ${commandName} submit - --format csv`,
  },
  {
    start: [0xfe, 0xff],
    what: 'UTF-16 text',
    advice: `Convert it on the way: iconv -f UTF-16 -t UTF-8 FILE | ${commandName} submit - --format csv`,
  },
];

/** Tells the format by the first bytes: an array or `{"items":` is JSON, another object NDJSON, everything else CSV. */
export function sniffFormat(start: Uint8Array): CatalogueFormat {
  const text = new TextDecoder().decode(start.subarray(0, 4096)).trimStart();
  if (text.startsWith('[') || /^\{\s*"items"\s*:/.test(text)) return 'json';
  return text.startsWith('{') ? 'ndjson' : 'csv';
}

/** What to tell of a file that cannot be read; the error itself where there is nothing better. */
export function fileFault(file: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return usageError(`There is no file ${file}.`, 'Check the path; it counts from the current folder.');
  if (code === 'EACCES' || code === 'EPERM') return usageError(`The file ${file} may not be read (no permission).`);
  if (code === 'EISDIR') return usageError(`${file} is a folder, not a file.`);
  if (code === 'ENOTDIR') return usageError(`There is no file ${file}: a part of its path is not a folder.`);
  return error instanceof Error ? error : new Error(String(error));
}

async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 64 * 1024 })) yield chunk as Uint8Array;
  } catch (error) {
    throw fileFault(file, error);
  }
}

async function peeked(
  source: AsyncIterable<Uint8Array>,
): Promise<{ start: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let first = await iterator.next();
  while (!first.done && first.value.length === 0) first = await iterator.next();
  const start = first.done ? new Uint8Array() : first.value;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      if (start.length > 0) yield start;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { start, chunks: chunks() };
}

/** Where a catalogue may come from besides a file. */
export interface StandardInput extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
}

/**
 * Opens `file`, or standard input for `-`, and looks at its first bytes. The format is the given one, else by the name's ending, else by
 * those bytes. `tell` hears of a named pipe into which nobody writes.
 * @throws CommandError (usage), before anything is sent, when there is no such file, or it is a folder, unreadable, empty or binary.
 */
export async function openCatalogue(
  file: string,
  format: CatalogueFormat | undefined,
  stdin: StandardInput,
  tell: (text: string) => void = () => {},
): Promise<Catalogue> {
  const isPiped = file === '-';
  const name = isPiped ? 'standard input' : file;
  if (isPiped && stdin.isTTY) {
    throw usageError(
      'Nothing is piped into standard input.',
      `Name a file, or pipe one: ${commandName} submit - --format csv < catalogue.csv`,
    );
  }
  let size: number | undefined;
  let isFile = false;
  let isFifo = false;
  if (!isPiped) {
    try {
      const found = await stat(file);
      if (found.isDirectory()) throw usageError(`${file} is a folder, not a file.`);
      await access(file, constants.R_OK);
      isFile = found.isFile();
      isFifo = found.isFIFO();
      // Files of /proc say 0 and have content all the same.
      if (isFile && found.size > 0) size = found.size;
    } catch (error) {
      throw fileFault(file, error);
    }
  }
  const { start, chunks } = await peeked(
    isPiped
      ? stdin
      : isFifo
        ? pipeChunks(file, () => tell(`Waiting for somebody to write into the pipe ${file}.`))
        : fileChunks(file),
  );
  if (start.length === 0) throw usageError(`${isPiped ? 'Standard input' : `The file ${file}`} is empty.`);
  const binary = unusable.find((known) => known.start.every((byte, index) => start[index] === byte));
  if (binary !== undefined) {
    throw usageError(
      `${isPiped ? 'Standard input' : `The file ${file}`} is ${binary.what}.`,
      binary.advice.replace('FILE', file),
    );
  }
  const known = format ?? extensions[path.extname(file).toLowerCase()] ?? sniffFormat(start);
  return { name, format: known, chunks, isReadableAgain: isFile, ...(size === undefined ? {} : { size }) };
}
