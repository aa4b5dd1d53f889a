import { exceedsDepth } from './json-depth.ts';
import { type BodyParser, maxDepth, maxRowChars, type RowSink, rowFault } from './row-sink.ts';
import { TextPieces } from './text-pieces.ts';

const takesObject = 'one JSON object a line';

/**
 * One JSON object a line; LF, CRLF and CR end a line (none of them may stand raw inside JSON strings), blank lines are skipped.
 * Whatever is wrong with a line rejects that line alone.
 */
export class NdjsonParser implements BodyParser {
  readonly ignoredColumns = [];
  readonly #sink: RowSink;
  readonly #pieces = new TextPieces();
  #line = 0;
  /** The current line was too long and has been rejected; its end is still to come. */
  #skipping = false;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    const text = this.#pieces.add(chunk);
    if (text !== undefined) this.#pieces.keep(this.#scan(text, false));
  }

  end(): void {
    const rest = this.#scan(this.#pieces.end(), true);
    if (rest !== '' && !this.#skipping) this.#take(rest);
  }

  /** Takes the lines that are whole and returns the rest. */
  #scan(text: string, final: boolean): string {
    let from = 0;
    let lf = text.indexOf('\n');
    let cr = text.indexOf('\r');
    for (;;) {
      const at = cr !== -1 && (lf === -1 || cr < lf) ? cr : lf;
      // A CR at the very end may be the first half of a CRLF.
      if (at === -1 || (at === cr && at === text.length - 1 && !final)) break;
      if (this.#skipping) {
        this.#skipping = false;
        this.#line++;
      } else this.#take(text.slice(from, at));
      from = at === cr && text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
      if (lf !== -1 && lf < from) lf = text.indexOf('\n', from);
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from);
    }
    const rest = text.slice(from);
    if (!this.#skipping && rest.length > maxRowChars) {
      this.#sink.fault(this.#line + 1, tooLong(rest));
      this.#skipping = true;
    }
    // Of a line that is skipped only a CR at the end matters.
    return this.#skipping ? (rest.endsWith('\r') ? '\r' : '') : rest;
  }

  #take(line: string): void {
    this.#line++;
    if (line === '') return;
    if (line.length > maxRowChars) {
      this.#sink.fault(this.#line, tooLong(line));
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      if (line.trim() !== '') this.#sink.fault(this.#line, rowFault('not-json', line, takesObject));
      return;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#sink.fault(this.#line, rowFault('not-an-object', line, takesObject));
    } else if (line.includes('\ufffd')) {
      this.#sink.fault(this.#line, rowFault('broken-utf8', line, 'UTF-8'));
    } else if (exceedsDepth(value, maxDepth)) {
      this.#sink.fault(this.#line, rowFault('too-deep', line, `at most ${maxDepth} levels`));
    } else this.#sink.row(this.#line, value as Record<string, unknown>);
  }
}

function tooLong(line: string) {
  return rowFault('too-long', line, `lines of at most ${maxRowChars} characters`);
}
