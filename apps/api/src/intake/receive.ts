import { Problem } from '../problem/problem.ts';
import { CsvParser } from './csv.ts';
import type { CsvColumns } from './csv-header.ts';
import { type BodyFormat, refuseSignature, signatureBytes } from './format.ts';
import type { IgnoredFields } from './ignored-fields.ts';
import { JsonItemsParser } from './json.ts';
import { NdjsonParser } from './ndjson.ts';
import type { BodyParser, RowSink } from './row-sink.ts';

/** Where the rows of a body go. */
interface BodyReceiver {
  /** Rows seen so far, good and bad. */
  readonly rows: number;
  readonly ignored: IgnoredFields;
  /** Hands on what is there; waits while the store is behind. */
  flush(): Promise<void>;
  /** Hands on what is left. */
  finish(): Promise<void>;
}

/** The parser of a format. */
export function parserOf(format: BodyFormat, sink: RowSink, columns: CsvColumns): BodyParser {
  if (format === 'csv') return new CsvParser(sink, columns);
  return format === 'ndjson' ? new NdjsonParser(sink) : new JsonItemsParser(sink);
}

/**
 * Streams a body through a parser into the receiver, in bounded memory: the client is read no faster than Redis stores. Throws a
 * Problem when the body as a whole is unusable or cut; what was staged till then is the caller's to abandon.
 */
export async function receive(
  chunks: AsyncIterable<Buffer>,
  parser: BodyParser,
  receiver: BodyReceiver,
): Promise<void> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let piece: Buffer = chunk;
    if (start !== undefined) {
      piece = Buffer.concat([start, chunk]);
      start = piece.length < signatureBytes ? piece : undefined;
      if (start !== undefined) continue;
      refuseSignature(piece);
    }
    parser.push(piece);
    await receiver.flush();
  }
  if (start !== undefined) {
    if (start.length === 0) throw empty('The body is empty.');
    refuseSignature(start);
    parser.push(start);
  }
  parser.end();
  if (receiver.rows === 0) throw empty('There is nothing but a header, blank lines or an empty list in it.');
  for (const column of parser.ignoredColumns) receiver.ignored.add(column, receiver.rows);
  await receiver.finish();
}

function empty(detail: string): Problem {
  return new Problem('empty', detail);
}
