import { nearest } from '@reprice/pricing';
import { Problem } from '../problem/problem.ts';
import type { BodyFormat } from './format.ts';

/**
 * Reads `map=sku=product_id,price="Price, net"`: snapshot field, equals sign, column; columns with commas in double quotes. Throws a
 * `validation` problem for an unknown field, a field or column named twice, or a body that has no columns.
 */
export function readColumnMap(
  text: string | undefined,
  format: BodyFormat,
  fields: readonly string[],
): Map<string, string> {
  const map = new Map<string, string>();
  if (text === undefined || text.trim() === '') return map;
  if (format !== 'csv') throw bad('"map" names columns of text/csv; JSON has none.');
  const part = /\s*([^=,\s]+)\s*=\s*(?:"((?:[^"]|"")*)"\s*|([^,"][^,]*))(,|$)/y;
  while (part.lastIndex < text.length) {
    const from = part.lastIndex;
    const match = part.exec(text);
    if (match === null)
      throw bad(
        `"map" must be a list such as sku=product_id,price="Price, net"; it is not from character ${from + 1} on.`,
      );
    const [, field = '', quoted, bare] = match;
    const column = (quoted?.replaceAll('""', '"') ?? bare ?? '').trim();
    if (!fields.includes(field)) {
      const near = nearest(field, fields);
      throw bad(
        `"map" names the field "${field.slice(0, 60)}", which snapshots do not have${near ? `; did you mean "${near}"?` : '.'}`,
      );
    }
    if (column === '') throw bad(`"map" names no column for "${field}".`);
    if (map.has(field)) throw bad(`"map" names the field "${field}" twice.`);
    if ([...map.values()].includes(column)) throw bad(`"map" names the column "${column.slice(0, 60)}" twice.`);
    map.set(field, column);
  }
  return map;
}

function bad(detail: string): Problem {
  return new Problem('validation', detail, { errors: [{ parameter: 'map', code: 'invalid', detail }] });
}
