import { once } from 'node:events';
import { stringify } from 'csv-stringify/sync';
import type { Response } from 'express';

/** The formats in which a list can be had. */
export const listFormats = ['ndjson', 'csv', 'json'] as const;
export type ListFormat = (typeof listFormats)[number];

/** How the items of a list become rows of CSV. */
export interface CsvShape<T> {
  readonly columns: readonly string[];
  /** The rows of one item, in the order of the columns. */
  rows(item: T): readonly (readonly (string | number | undefined)[])[];
}

const types: Readonly<Record<ListFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
};

/**
 * Writes pages of items as they come, in bounded memory. In CSV, text cells that a spreadsheet would run as a formula get a leading `'`, unless
 * `formulas` is raw.
 * The first page is fetched before the status is sent, so that a Redis that is away still gives a 503.
 */
export async function streamItems<T>(
  res: Response,
  format: ListFormat,
  pages: AsyncIterable<readonly T[]>,
  csv: CsvShape<T>,
  formulas: 'escaped' | 'raw' = 'escaped',
): Promise<void> {
  const source = pages[Symbol.asyncIterator]();
  let page = await source.next();
  res.status(200).setHeader('content-type', types[format]);
  if (format === 'csv') await write(res, toCsv([csv.columns], formulas));
  if (format === 'json') await write(res, '{"items":[');
  let comma = '';
  try {
    for (; !page.done; page = await source.next()) {
      if (res.destroyed) return;
      const items = page.value;
      if (items.length === 0) continue;
      if (format === 'csv')
        await write(
          res,
          toCsv(
            items.flatMap((item) => csv.rows(item)),
            formulas,
          ),
        );
      else if (format === 'ndjson') await write(res, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
      else {
        await write(res, comma + items.map((item) => JSON.stringify(item)).join(','));
        comma = ',';
      }
    }
  } finally {
    await source.return?.();
  }
  res.end(format === 'json' ? '],"nextCursor":null}' : '');
}

function toCsv(rows: readonly (readonly unknown[])[], formulas: 'escaped' | 'raw'): string {
  return stringify(rows as unknown[][], { escape_formulas: formulas === 'escaped', record_delimiter: 'windows' });
}

async function write(res: Response, text: string): Promise<void> {
  if (text === '' || res.write(text) || res.destroyed) return;
  await Promise.race([once(res, 'drain'), once(res, 'close')]);
}
