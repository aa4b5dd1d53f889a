import { JsonExtent } from './json-extent.ts';
import type { ReplyRow, RowProblem } from './reply-fields.ts';
import { readJson } from './reply-json.ts';
import { type RowClaim, readLine } from './reply-line.ts';

export type { ReplyRow, RowProblem } from './reply-fields.ts';

/** What a reply gave: every row from 1 to the row count is in exactly one of the two maps. */
export interface ReplyResult {
  rows: ReadonlyMap<number, ReplyRow>;
  problems: ReadonlyMap<number, RowProblem>;
  /** Lines about rows that were not asked for; ignored. */
  unknownRows: number;
}

/** Text beyond this can't be an answer, and is not kept: characters a row, and for prose around them. */
const charactersPerRow = 400;
const charactersAround = 64_000;

/**
 * Reads a model's reply as it streams in, whatever the chunks: lines `row,price,action,confidence,reason`, or JSON (an
 * array, an object with one, one object a line; fenced or not). Header, prose and fences are skipped. Only whole lines
 * and whole JSON documents count. A row that two lines claim is dropped as `duplicate`, as nobody knows which one was
 * meant. Never throws.
 */
export class ReplyParser {
  readonly #rowCount: number;
  readonly #rows = new Map<number, ReplyRow>();
  readonly #problems = new Map<number, RowProblem>();
  #unknownRows = 0;
  #pending = '';
  #charactersLeft: number;
  #overflowed = false;
  /** What still comes is the inside of a JSON document that turned out to be none. */
  #insideBroken = false;
  #json: JsonExtent | undefined;
  #ended = false;

  /** @param rowCount rows of the table that was sent */
  constructor(rowCount: number) {
    this.#rowCount = rowCount;
    this.#charactersLeft = rowCount * charactersPerRow + charactersAround;
  }

  /** Takes the next chunk of streamed text. */
  push(text: string): void {
    if (this.#ended || this.#overflowed) return;
    let chunk = text;
    if (chunk.length > this.#charactersLeft) {
      chunk = chunk.slice(0, this.#charactersLeft);
      this.#overflowed = true;
    }
    this.#charactersLeft -= chunk.length;
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      this.#line(this.#pending + chunk.slice(from, end));
      this.#pending = '';
      from = end + 1;
    }
    this.#pending += chunk.slice(from);
  }

  /**
   * Ends the reply. `complete` = the stream ended of its own accord (finish reason `stop`); otherwise the last line may
   * be cut in the middle of a price, and is dropped unless its line break came.
   */
  end(complete: boolean): ReplyResult {
    if (!this.#ended) {
      if (complete && !this.#overflowed) this.#line(this.#pending);
      this.#pending = '';
      this.#json = undefined;
      for (let row = 1; row <= this.#rowCount; row += 1) {
        if (!this.#rows.has(row) && !this.#problems.has(row)) this.#problems.set(row, 'missing');
      }
      this.#ended = true;
    }
    return { rows: this.#rows, problems: this.#problems, unknownRows: this.#unknownRows };
  }

  #line(line: string): void {
    if (this.#insideBroken) return;
    if (this.#json !== undefined) this.#jsonLine(line, this.#json, false);
    else {
      const claim = readLine(line);
      if (claim !== undefined) this.#claim(claim);
      else if (/^\s*[[{]/.test(line)) this.#jsonLine(line.trim(), new JsonExtent(), true);
    }
  }

  #jsonLine(line: string, json: JsonExtent, first: boolean): void {
    const extent = json.add(line);
    if (extent === 'closed') {
      this.#json = undefined;
      for (const claim of readJson(json.text, this.#rowCount)) this.#claim(claim);
    } else if (extent === 'open') this.#json = json;
    else {
      this.#json = undefined;
      // A bad line among JSON lines costs itself alone; inside a document, what follows would be fragments of it.
      if (!first) this.#insideBroken = true;
    }
  }

  #claim(claim: RowClaim): void {
    const { row } = claim;
    if (row < 1 || row > this.#rowCount) this.#unknownRows += 1;
    else if (this.#rows.delete(row) || this.#problems.has(row)) this.#problems.set(row, 'duplicate');
    else if ('problem' in claim) this.#problems.set(row, claim.problem);
    else this.#rows.set(row, claim);
  }
}
