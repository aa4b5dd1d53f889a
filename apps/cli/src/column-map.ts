import { nearest, snapshotFields } from '@reprice/config/client';
import { usageError } from './command-error.ts';

/** Which column of the catalogue holds which field of a snapshot. */
export type ColumnMap = ReadonlyMap<string, string>;

const example = 'for example --map sku=product_id,price="Variant Price"';

/** One `field=column` pair; the column may stand in double quotes, inside which commas count and `""` is a quote. */
const pair = /\s*([^=,"]*?)\s*=\s*(?:"((?:[^"]|"")*)"|([^,"]*?))\s*(?:,|$)/y;

/**
 * Reads the values of `--map`, which may be given several times, each with several pairs.
 * @throws CommandError (usage) for a pair that is none, a field that no snapshot has, or a field or column named twice.
 */
export function parseColumnMap(values: readonly string[]): ColumnMap {
  const columns = new Map<string, string>();
  for (const value of values) {
    pair.lastIndex = 0;
    while (pair.lastIndex < value.length || value === '') {
      const at = pair.lastIndex;
      const match = pair.exec(value);
      const field = match?.[1] ?? '';
      const column = match?.[2]?.replaceAll('""', '"') ?? match?.[3] ?? '';
      if (match === null || field === '' || column === '') {
        throw usageError(`--map: "${value.slice(at)}" is not field=column`, example);
      }
      addPair(columns, field, column);
    }
  }
  return columns;
}

function addPair(columns: Map<string, string>, field: string, column: string): void {
  if (!snapshotFields.includes(field)) {
    const guess = nearest(field, snapshotFields);
    const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
    throw usageError(`--map: a snapshot has no field "${field}"${hint}`, `Its fields: ${snapshotFields.join(', ')}.`);
  }
  if (columns.has(field)) throw usageError(`--map: ${field} is mapped twice`);
  const twin = [...columns].find(([, other]) => other === column);
  if (twin !== undefined) throw usageError(`--map: column "${column}" is mapped to both ${twin[0]} and ${field}`);
  columns.set(field, column);
}

/** The map in the syntax of the API's query parameter `map`; columns with a comma or quote in them are quoted. */
export function formatColumnMap(columns: ColumnMap): string {
  return [...columns]
    .map(([field, column]) => `${field}=${/[",]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column}`)
    .join(',');
}
