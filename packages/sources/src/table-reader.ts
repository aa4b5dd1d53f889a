import { StringDecoder } from 'node:string_decoder';
import { readQuotedRecord } from './csv-record.ts';

/** A line of a table: its cells by column, those left out at its end absent, as spreadsheets write them; or what is wrong with it. */
export type TableLine =
  | { readonly line: number; readonly cells: Readonly<Record<string, string>> }
  | { readonly line: number; readonly fault: string; readonly text: string };

/** Longest line, in characters. */
const maxLineChars = 262_144;

/**
 * Cuts a table with a header into lines as its bytes come, separated by tabs, or by commas if the header has no tab. Each line stands alone: a quote
 * that is never closed costs that line and no other, so a cell cannot hold a line end.
 */
export class TableReader {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #line = 0;
  #isSkipping = false;
  #columns: readonly string[] | undefined;
  #separator: ',' | '\t' = '\t';

  /** Names of the header's columns: lower case, words joined by `_`. Undefined before the header came. */
  get columns(): readonly string[] | undefined {
    return this.#columns;
  }

  /** The lines that this piece completes. */
  push(chunk: Uint8Array): TableLine[] {
    return this.#cut(this.#decoder.write(Buffer.from(chunk)), false);
  }

  /** The last line. */
  end(): TableLine[] {
    return this.#cut(this.#decoder.end(), true);
  }

  #cut(text: string, isEnd: boolean): TableLine[] {
    const pieces = (this.#rest + text).split('\n');
    this.#rest = isEnd ? '' : (pieces.pop() ?? '');
    const lines = pieces.flatMap((piece) => this.#take(piece.endsWith('\r') ? piece.slice(0, -1) : piece));
    if (this.#rest.length <= maxLineChars) return lines;
    if (!this.#isSkipping) lines.push({ line: this.#line + 1, fault: tooLong, text: this.#rest.slice(0, 100) });
    this.#isSkipping = true;
    this.#rest = '';
    return lines;
  }

  #take(text: string): TableLine[] {
    const line = ++this.#line;
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return [];
    }
    if (text.trim() === '') return [];
    if (text.length > maxLineChars) return [{ line, fault: tooLong, text: text.slice(0, 100) }];
    if (this.#columns === undefined) {
      const header = text.replace(/^\ufeff/, '');
      this.#separator = header.includes('\t') ? '\t' : ',';
      this.#columns = (cellsOf(header, this.#separator) ?? []).map(columnName);
      return [];
    }
    if (text.includes('\ufffd')) return [{ line, fault: 'this line is no UTF-8', text }];
    const cells = cellsOf(text, this.#separator);
    if (cells === undefined)
      return [
        { line, fault: 'its quotes do not fit: a quoted cell is quoted as a whole, quotes inside doubled', text },
      ];
    if (cells.length > this.#columns.length)
      return [{ line, fault: `${cells.length} cells under ${this.#columns.length} columns`, text }];
    const columns = this.#columns;
    return [{ line, cells: Object.fromEntries(cells.map((cell, i) => [columns[i], cell.trim()])) }];
  }
}

const tooLong = `this line has more than ${maxLineChars} characters`;

/** The cells of a line; undefined where its quotes do not fit. */
function cellsOf(text: string, separator: ',' | '\t'): string[] | undefined {
  if (!text.startsWith('"') && !text.includes(`${separator}"`)) return text.split(separator);
  const record = readQuotedRecord(text, 0, true, separator);
  return record.kind === 'record' && record.next === text.length ? record.cells : undefined;
}

/** `Cost of goods sold`, `cost_of_goods_sold` and `g:cost_of_goods_sold` are one column. */
function columnName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^g:/, '')
    .replaceAll(/[\s-]+/g, '_');
}
