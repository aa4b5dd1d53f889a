import { StringDecoder } from 'node:string_decoder';
import { parse } from 'csv-parse/sync';

/** A line of a table: its cells by column, or what is wrong with it. */
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
  #separator = '\t';

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
    if (cells === undefined) return [{ line, fault: 'a quote is opened and not closed in this line', text }];
    if (cells.length > this.#columns.length)
      return [{ line, fault: `${cells.length} cells under ${this.#columns.length} columns`, text }];
    // Cells that are left out at the end are blank, as spreadsheets write them.
    return [{ line, cells: Object.fromEntries(this.#columns.map((name, i) => [name, cells[i]?.trim() ?? ''])) }];
  }
}

const tooLong = `this line has more than ${maxLineChars} characters`;

function cellsOf(text: string, separator: string): string[] | undefined {
  if (!text.includes('"')) return text.split(separator);
  try {
    const records: string[][] = parse(text, { delimiter: separator, relax_quotes: true, relax_column_count: true });
    return records[0];
  } catch {
    return undefined;
  }
}

/** `Cost of goods sold`, `cost_of_goods_sold` and `g:cost_of_goods_sold` are one column. */
function columnName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^g:/, '')
    .replaceAll(/[\s-]+/g, '_');
}
