import { StringDecoder } from 'node:string_decoder';
import { exceedsDepth } from './json-depth.ts';
import { type BodyParser, maxDepth, maxRowChars, type RowSink, rowFault } from './row-sink.ts';

const takesObject = 'one JSON object a line';

/**
 * One JSON object a line; LF, CRLF and CR end a line (none of them may stand raw inside JSON strings), blank lines are skipped.
 * Whatever is wrong with a line rejects that line alone.
 */
export class NdjsonParser implements BodyParser {
  readonly ignoredColumns = [];
  readonly #sink: RowSink;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #line = 0;
  /** The current line was too long and has been rejected; its end is still to come. */
  #skipping = false;
  #started = false;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    this.#scan(this.#rest + this.#decoder.write(chunk), false);
  }

  end(): void {
    this.#scan(this.#rest + this.#decoder.end(), true);
    if (this.#rest !== '' && !this.#skipping) this.#take(this.#rest);
    this.#rest = '';
  }

  #scan(text: string, final: boolean): void {
    let from = 0;
    if (!this.#started && text !== '') {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) from = 1;
    }
    let lf = text.indexOf('\n', from);
    let cr = text.indexOf('\r', from);
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
    this.#rest = from === 0 ? text : text.slice(from);
    if (this.#skipping) this.#rest = this.#rest.endsWith('\r') ? '\r' : '';
    else if (this.#rest.length > maxRowChars) {
      this.#sink.fault(this.#line + 1, tooLong(this.#rest));
      this.#skipping = true;
      this.#rest = this.#rest.endsWith('\r') ? '\r' : '';
    }
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
