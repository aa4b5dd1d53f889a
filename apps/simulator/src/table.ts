/** The table of a prompt: which column is where, and its rows as they stand. */
export interface PromptTable {
  readonly columns: ReadonlyMap<string, number>;
  /** What the line above the table says all prices are in; empty when it says nothing. */
  readonly currency: string;
  readonly lines: readonly string[];
}

/**
 * Finds the table at the end of the last user message: a line that begins with `row,` and has a column `price`, then one
 * line a SKU. Undefined when there is none.
 */
export function findTable(content: string): PromptTable | undefined {
  for (let from = content.length; from >= 0; ) {
    const at = content.lastIndexOf('row,', from);
    if (at === -1) return undefined;
    if (at === 0 || content[at - 1] === '\n') {
      const table = readTable(content.slice(at), currencyAbove(content, at));
      if (table !== undefined) return table;
    }
    from = at - 1;
  }
  return undefined;
}

function readTable(text: string, currency: string): PromptTable | undefined {
  const [header = '', ...rest] = text.split('\n');
  const columns = new Map(header.split(',').map((name, index) => [name.trim().toLowerCase(), index] as const));
  if (!columns.has('price')) return undefined;
  return { columns, currency, lines: rest.filter((line) => /^\d/.test(line)) };
}

function currencyAbove(content: string, at: number): string {
  return /\b([A-Z]{3})\n$/.exec(content.slice(Math.max(0, at - 40), at))?.[1] ?? '';
}

/** The cells of a line; a quoted cell keeps its commas. */
export function cellsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  return (line.match(/(?:"(?:[^"\\]|\\.)*"|[^,])+|(?<=,)(?=,|$)/g) ?? []) as string[];
}

const comma = 44;
const point = 46;
const mostCells = 64;

/** One buffer for the numbers of the line at hand: a table is read for every call. */
const values = new Float64Array(mostCells);

/** The number of each cell of a line, 0 where there is none; valid until the next line is read. */
export function numbersOf(line: string): ArrayLike<number> {
  return readNumbers(line) ? values : cellsOf(line).map((cell) => Number(cell) || 0);
}

/** Reads a line without making strings of its cells; false when one holds anything but a plain number. */
function readNumbers(line: string): boolean {
  let cell = 0;
  let digits = 0;
  let amount = 0;
  let scale = 0;
  for (let index = 0; index <= line.length; index += 1) {
    const code = index < line.length ? line.charCodeAt(index) : comma;
    if (code >= 48 && code <= 57) {
      amount = amount * 10 + (code - 48);
      scale *= 10;
      digits += 1;
    } else if (code === comma && digits <= 15 && cell < mostCells) {
      values[cell] = scale > 1 ? amount / scale : amount;
      cell += 1;
      digits = 0;
      amount = 0;
      scale = 0;
    } else if (code === point && scale === 0) scale = 1;
    else return false;
  }
  values.fill(0, cell);
  return true;
}
