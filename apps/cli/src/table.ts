import Table from 'cli-table3';
import { type Output, printable } from './output.ts';

/** A column of a table: its heading, and whether it holds figures, which align to the right. */
export interface Column {
  readonly head: string;
  readonly isFigure?: boolean;
  /** Longest text in characters; longer ones are cut. Default 40. */
  readonly longest?: number;
}

/**
 * Rows as a table, each cell one safe line. Headings are bold on a terminal; cli-table3's own colours are off, for it ignores NO_COLOR.
 * The last column is cut so that lines fit into the width of the terminal where that leaves at least 12 characters of it.
 */
export function table(output: Output, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => columns.map(({ longest = 40 }, index) => printable(row[index] ?? '', longest)));
  const widths = columns.map((column, index) =>
    Math.max(column.head.length, ...cells.map((row) => (row[index] ?? '').length)),
  );
  const others = widths.slice(0, -1).reduce((sum, width) => sum + width + 3, 4);
  const lastLongest = Math.max(12, output.width - others);
  const grid = new Table({
    head: columns.map((column) => output.bold(column.head)),
    colAligns: columns.map((column) => (column.isFigure ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of cells) {
    grid.push(row.map((cell, index) => (index === row.length - 1 ? printable(cell, lastLongest) : cell)));
  }
  return grid.toString();
}

/**
 * Items as a table on a terminal; elsewhere a line an item, its cells in full and separated by tabs, without headings, as `cut` and `awk`
 * take them.
 */
export function list(output: Output, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (output.stdout.isTTY) return table(output, columns, rows);
  return rows.map((row) => row.map((cell) => printable(cell, 2000)).join('\t')).join('\n');
}

/** Facts as lines of name and value, the values below each other; those without a value are left out. */
export function facts(pairs: readonly (readonly [name: string, value: string])[], longest = 400): string[] {
  const told = pairs.filter(([, value]) => value !== '');
  const width = Math.max(11, ...told.map(([name]) => name.length + 2));
  return told.map(([name, value]) => `  ${name.padEnd(width)}${printable(value, longest)}`);
}
