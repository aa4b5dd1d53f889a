import { nearest, snapshotFields } from '@reprice/pricing';
import { Problem, type ProblemPlace } from '../problem/problem.ts';
import { shown } from './row-sink.ts';

/** What the header line of a CSV says: which cells make a snapshot, and which mean nothing to us. */
export interface CsvHeader {
  /** Cells that every row must have. */
  readonly width: number;
  /** Place of a cell and the snapshot field it fills. */
  readonly fields: readonly { readonly at: number; readonly field: string }[];
  readonly ignored: readonly string[];
}

/** What the query says about the columns. */
export interface CsvColumns {
  /** Snapshot field → name of the column that fills it. */
  readonly map: ReadonlyMap<string, string>;
  /** Whether `currency` may be absent since the query gives one. */
  readonly currencyGiven: boolean;
}

/** Most columns that are taken. */
const maxColumns = 1000;

/** Reads the header line. Throws a `csv-header` problem that names every fault and the nearest column there is. */
export function readHeader(cells: readonly string[], columns: CsvColumns): CsvHeader {
  const names = cells.map((cell) => cell.trim());
  if (names.length > maxColumns) {
    throw refused([
      { code: 'too-many-columns', detail: `There are ${names.length} columns; at most ${maxColumns} are taken.` },
    ]);
  }
  const [only = ''] = names;
  const columnsOf = [...columns.map.values()];
  if (names.length === 1 && /[;\t|]/.test(only) && !columnsOf.includes(only)) {
    const detail = `The cells must be separated by commas: save the file as CSV with commas, and with points in decimals (12.90). The header is "${shown(only)}".`;
    throw refused([{ code: 'not-separated', detail }]);
  }
  const faults: ProblemPlace[] = [];
  const places = new Map<string, number>();
  names.forEach((name, at) => {
    if (name === '') return;
    if (places.has(name))
      faults.push({ code: 'duplicate-column', detail: `The column "${shown(name)}" stands there twice.` });
    places.set(name, at);
  });
  const fields: { at: number; field: string }[] = [];
  const used = new Set<string>();
  for (const field of snapshotFields) {
    const mapped = columns.map.get(field);
    const column = mapped ?? field;
    const at = places.get(column);
    if (at !== undefined) {
      fields.push({ at, field });
      used.add(column);
    } else if (mapped !== undefined) faults.push(missing(field, mapped, names));
    else if (field === 'sku' || field === 'price' || (field === 'currency' && !columns.currencyGiven)) {
      faults.push(missing(field, field, names));
    }
  }
  if (faults.length > 0) throw refused(faults);
  return { width: names.length, fields, ignored: names.filter((name) => name !== '' && !used.has(name)) };
}

function missing(field: string, column: string, names: readonly string[]): ProblemPlace {
  return { code: 'missing-column', detail: `There is no column "${shown(column)}".${hint(field, column, names)}` };
}

function hint(field: string, column: string, names: readonly string[]): string {
  const there = names.filter((name) => name !== '');
  const near = nearest(column, there) ?? there.find((name) => name.toLowerCase().includes(field.toLowerCase()));
  const currency = field === 'currency' ? ', or ?currency=USD if all rows share one' : '';
  if (near !== undefined)
    return ` The nearest is "${shown(near)}": to use it, send ?map=${field}=${shown(near)}${currency}.`;
  const list = there.slice(0, 20).map((name) => `"${shown(name, 30)}"`);
  return ` There are: ${list.join(', ')}. Name the right one with ?map=${field}=<column>${currency}.`;
}

function refused(errors: readonly ProblemPlace[]): Problem {
  return new Problem('csv-header', errors.map((error) => error.detail).join(' '), { errors, members: { line: 1 } });
}
