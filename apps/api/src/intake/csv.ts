import { readQuotedRecord } from '@reprice/sources';
import { type CsvColumns, type CsvHeader, readHeader } from './csv-header.ts';
import { CsvSkip } from './csv-skip.ts';
import { type BodyParser, maxFieldChars, maxRowChars, type RowSink, rowFault } from './row-sink.ts';
import { TextPieces } from './text-pieces.ts';

/*
 * Why not csv-parse: when a record passes its size limit it drops the rest of the chunk with it, it cannot tell on which line a quote was
 * opened, and one stray quote costs all rows after it. Its answers for well-formed files are the measure of the tests.
 */

/** Where the first line end, quote and so on of the text not yet read stand; -1 = nowhere. Looked up once, not once a row. */
interface Marks {
  lf: number;
  cr: number;
  quote: number;
  /** Somewhere there is a NUL or a replacement character, so that each row must be looked at. */
  readonly damage: boolean;
}

/**
 * CSV with a header line; LF, CRLF and CR end a line in any mixture. Whatever is wrong with a row rejects that row alone: also a quote that
 * is never closed or closed in the wrong place, after which reading goes on at the next line.
 */
export class CsvParser implements BodyParser {
  readonly #sink: RowSink;
  readonly #columns: CsvColumns;
  readonly #pieces = new TextPieces();
  #header: CsvHeader | undefined;
  /** The line on which the next record begins. */
  #line = 1;
  #skip: CsvSkip | undefined;

  constructor(sink: RowSink, columns: CsvColumns) {
    this.#sink = sink;
    this.#columns = columns;
  }

  get ignoredColumns(): readonly string[] {
    return this.#header?.ignored ?? [];
  }

  push(chunk: Buffer): void {
    const text = this.#pieces.add(chunk);
    if (text !== undefined) this.#scan(text, false);
  }

  end(): void {
    this.#scan(this.#pieces.end(), true);
    if (this.#skip !== undefined) this.#skipped(this.#skip);
  }

  #scan(text: string, final: boolean): void {
    let from = 0;
    const marks: Marks = {
      lf: text.indexOf('\n', from),
      cr: text.indexOf('\r', from),
      quote: text.indexOf('"', from),
      damage: isDamaged(text),
    };
    while (from < text.length) {
      if (this.#skip !== undefined) {
        const { done, at } = this.#skip.pass(text, from, final);
        from = at;
        if (!done) break;
        this.#skipped(this.#skip);
        continue;
      }
      if (marks.lf !== -1 && marks.lf < from) marks.lf = text.indexOf('\n', from);
      if (marks.cr !== -1 && marks.cr < from) marks.cr = text.indexOf('\r', from);
      if (marks.quote !== -1 && marks.quote < from) marks.quote = text.indexOf('"', from);
      const next = this.#next(text, from, marks, final);
      if (next === undefined) {
        if (text.length - from > maxRowChars) from = this.#giveUp(text, from, marks);
        else break;
      } else from = next;
    }
    this.#pieces.keep(text.slice(from));
  }

  /** Takes the record at `from` and returns where the next one begins; undefined if the record is not whole yet. */
  #next(text: string, from: number, marks: Marks, final: boolean): number | undefined {
    const end = lineEnd(text, marks, final);
    if (marks.quote !== -1 && (end === -1 || marks.quote < end)) {
      const record = readQuotedRecord(text, from, final);
      if (record.kind === 'record') {
        if (marks.damage && isDamaged(text.slice(from, record.next))) this.#damaged(text.slice(from, record.next));
        else this.#take(record.cells, record.next - from);
        this.#line += record.breaks;
        return record.next;
      }
      if (!final && (end === -1 || record.kind === 'incomplete')) return undefined;
      return this.#badQuote(text, from, end, record.kind === 'incomplete' ? 'open-quote' : 'stray-quote');
    }
    if (end === -1 && !final) return undefined;
    const line = text.slice(from, end === -1 ? text.length : end);
    if (marks.damage && isDamaged(line)) this.#damaged(line);
    else this.#take(line.split(','), line.length);
    this.#line++;
    return afterLine(text, end);
  }

  #take(cells: string[], chars: number): void {
    if (cells.length === 1 && (cells[0] as string).trim() === '') return;
    const header = this.#header;
    if (header === undefined) {
      this.#header = readHeader(cells, this.#columns);
      return;
    }
    if (cells.length !== header.width) {
      const code = cells.length < header.width ? 'too-few-cells' : 'too-many-cells';
      this.#sink.fault(this.#line, rowFault(code, `${cells.length} cells`, `${header.width} cells, as in the header`));
      return;
    }
    const long = chars > maxFieldChars ? cells.find((cell) => cell.length > maxFieldChars) : undefined;
    if (long !== undefined) {
      this.#sink.fault(this.#line, fieldTooLong(long));
      return;
    }
    const input: Record<string, unknown> = {};
    for (const { at, field } of header.fields) input[field] = cells[at];
    this.#sink.row(this.#line, input);
  }

  /** Rejects the line at `from` alone: its quotes are wrong, so that nobody can tell where its record ends. */
  #badQuote(text: string, from: number, end: number, code: 'open-quote' | 'stray-quote'): number {
    const line = text.slice(from, end === -1 ? text.length : end);
    if (this.#header === undefined) this.#take(line.split(','), line.length);
    else this.#sink.fault(this.#line, rowFault(code, line, 'fields quoted as a whole, quotes inside doubled'));
    this.#line++;
    return afterLine(text, end);
  }

  #damaged(raw: string): void {
    // A damaged header is read all the same: which columns it lacks is the better message.
    if (this.#header === undefined) this.#take(raw.trimEnd().split(','), raw.length);
    else if (raw.includes('\0')) this.#sink.fault(this.#line, rowFault('nul', raw, 'text without NUL'));
    else this.#sink.fault(this.#line, rowFault('broken-utf8', raw, 'UTF-8'));
  }

  /**
   * A record that passes the limit. In a catalogue, a quote that stays open over many lines was forgotten, so that its own line is
   * rejected and the others are read; a single endless line is skipped to its end.
   */
  #giveUp(text: string, from: number, marks: Marks): number {
    const record = readQuotedRecord(text, from, false);
    const end = lineEnd(text, marks, false);
    const forgotten = record.kind === 'incomplete' && record.quoted && end !== -1 && end - from <= maxFieldChars;
    if (forgotten) return this.#badQuote(text, from, end, 'open-quote');
    const start = text.slice(from, from + 100);
    if (this.#header === undefined) this.#take([start], start.length);
    // Gone over from its start again, so that the skip knows the quotes and counts the lines.
    const quoted = text.charCodeAt(from) === 34;
    this.#skip = new CsvSkip(this.#line, start, quoted);
    return quoted ? from + 1 : from;
  }

  #skipped(skip: CsvSkip): void {
    this.#skip = undefined;
    this.#line += skip.breaks;
    if (skip.quoted)
      this.#sink.fault(skip.line, rowFault('open-quote', skip.start, 'a closing quote before the end of the file'));
    else this.#sink.fault(skip.line, fieldTooLong(skip.start));
  }
}

/** Where the line at hand ends, -1 if that is not to be seen yet. */
function lineEnd(text: string, { lf, cr }: Marks, final: boolean): number {
  if (cr === -1 || (lf !== -1 && lf < cr)) return lf;
  // A CR at the very end may be the first half of a CRLF.
  return cr === text.length - 1 && !final ? -1 : cr;
}

function afterLine(text: string, end: number): number {
  if (end === -1) return text.length;
  return text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
}

function isDamaged(text: string): boolean {
  return text.includes('\0') || text.includes('\ufffd');
}

function fieldTooLong(field: string) {
  return rowFault('too-long', field, `fields of at most ${maxFieldChars} characters`);
}
