import { lineEnds } from '@reprice/sources';

const quote = 34;
const comma = 44;
const lf = 10;
const cr = 13;

/** Follows a record that is too long to be kept to its end, whatever size it has, in constant memory. */
export class CsvSkip {
  /** The line on which the record began. */
  readonly line: number;
  /** Its first characters. */
  readonly start: string;
  /** Whether the text so far ends inside quotes. */
  quoted: boolean;
  /** Line ends passed so far, the record's own included. */
  breaks = 0;

  constructor(line: number, start: string, quoted: boolean) {
    this.line = line;
    this.start = start;
    this.quoted = quoted;
  }

  /**
   * Goes on through `text` from `from`. `done`: the record ended and `at` is where the next one begins; else all before `at` is dealt
   * with, and what follows must come again with more text.
   */
  pass(text: string, from: number, final: boolean): { done: boolean; at: number } {
    let i = from;
    while (i < text.length) {
      const last = i === text.length - 1 && !final;
      if (this.quoted) {
        const close = text.indexOf('"', i);
        const end = close === -1 ? text.length - (final || text.charCodeAt(text.length - 1) !== cr ? 0 : 1) : close;
        this.breaks += lineEnds(text.slice(i, end));
        if (close === -1 || (close === text.length - 1 && !final)) return { done: false, at: end };
        if (text.charCodeAt(close + 1) === quote) i = close + 2;
        else {
          this.quoted = false;
          i = close + 1;
        }
        continue;
      }
      const char = text.charCodeAt(i);
      if (last && (char === comma || char === cr)) return { done: false, at: i };
      i++;
      if (char === comma && text.charCodeAt(i) === quote) {
        this.quoted = true;
        i++;
      } else if (char === lf || char === cr) {
        this.breaks++;
        return { done: true, at: char === cr && text.charCodeAt(i) === lf ? i + 1 : i };
      }
    }
    return { done: false, at: i };
  }
}
