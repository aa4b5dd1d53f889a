import { Reading } from './reading.ts';
import type { TableLine } from './table-reader.ts';

const asinColumns = ['asin1', 'asin'];
const skuColumns = ['seller_sku', 'sku'];

/** Whether a table tells which SKU stands behind which ASIN: the "All listings" report, or one's own with `asin` and `sku`. */
export function isListings(columns: readonly string[]): boolean {
  return asinColumns.some((name) => columns.includes(name)) && skuColumns.some((name) => columns.includes(name));
}

/** Reads lines of such a table. */
export function readListings(lines: readonly TableLine[]): Reading {
  const reading = new Reading();
  for (const line of lines) {
    if ('fault' in line) {
      reading.quarantine('line', `Line ${line.line}: ${line.fault}.`, line.text);
      continue;
    }
    const id = first(line.cells, asinColumns);
    const sku = first(line.cells, skuColumns);
    if (id === '' || sku === '' || id.length > 40 || sku.length > 512)
      reading.quarantine('shape', `Line ${line.line}: it needs an ASIN and a SKU.`, line.cells);
    else reading.aliases.push({ id, sku });
  }
  return reading;
}

function first(cells: Readonly<Record<string, string>>, names: readonly string[]): string {
  return names.map((name) => cells[name] ?? '').find((text) => text !== '') ?? '';
}
