/** What stands at the start of a text of CSV. */
export type CsvRecord =
  /** A whole record; `next` is where the one after it begins, `breaks` how many line ends it covers. */
  | { readonly kind: 'record'; readonly cells: string[]; readonly next: number; readonly breaks: number }
  /** The text ends before the record does; `quoted` = inside quotes. */
  | { readonly kind: 'incomplete'; readonly quoted: boolean }
  /** A closing quote is followed by something other than a separator or a line end. */
  | { readonly kind: 'stray-quote' };

const quote = 34;
const lf = 10;
const cr = 13;

/**
 * Reads one record with quotes in it, by RFC 4180: a field may be quoted, a quote inside is doubled, and line ends inside quotes belong
 * to the field. A quote inside an unquoted field is an ordinary character, as in `5" pipe`. `final`: nothing comes after the text.
 */
export function readQuotedRecord(text: string, from: number, final: boolean, separator: ',' | '\t' = ','): CsvRecord {
  const between = separator.charCodeAt(0);
  const cells: string[] = [];
  let breaks = 0;
  let i = from;
  for (;;) {
    let cell: string;
    if (text.charCodeAt(i) === quote) {
      let start = i + 1;
      cell = '';
      for (;;) {
        const close = text.indexOf('"', start);
        if (close === -1 || (close === text.length - 1 && !final)) return { kind: 'incomplete', quoted: true };
        cell += text.slice(start, close);
        i = close + 1;
        if (text.charCodeAt(i) !== quote) break;
        cell += '"';
        start = i + 1;
      }
      breaks += lineEnds(cell);
    } else {
      const start = i;
      for (; i < text.length; i++) {
        const char = text.charCodeAt(i);
        if (char === between || char === lf || char === cr) break;
      }
      cell = text.slice(start, i);
    }
    cells.push(cell);
    if (i >= text.length)
      return final ? { kind: 'record', cells, next: i, breaks } : { kind: 'incomplete', quoted: false };
    const char = text.charCodeAt(i);
    if (char === between) i++;
    else if (char === lf) return { kind: 'record', cells, next: i + 1, breaks: breaks + 1 };
    else if (char === cr) {
      if (i + 1 === text.length && !final) return { kind: 'incomplete', quoted: false };
      return { kind: 'record', cells, next: text.charCodeAt(i + 1) === lf ? i + 2 : i + 1, breaks: breaks + 1 };
    } else return { kind: 'stray-quote' };
  }
}

/** How many line ends (LF, CRLF, CR) a text holds. */
export function lineEnds(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === lf || (char === cr && text.charCodeAt(i + 1) !== lf)) count++;
  }
  return count;
}
