import { snapshotInput, strictSnapshotInput } from '@reprice/pricing';
import { z } from 'zod';
import { csvOf, ndjsonOf } from './text.ts';

const example = {
  sku: 'SHOE-42',
  price: '89.00',
  currency: 'USD',
  cost: '41.50',
  stock: 12,
  restockDays: 21,
  demand: 1.4,
  competitors: ['84.90', '92.00'],
  floor: '59.00',
  ceiling: '119.00',
  category: 'shoes',
  observedAt: '2026-11-21T09:29:58Z',
};

/** One item of a batch; the reader of packages/pricing takes the same, and a test holds the two together. */
export const snapshotSchema = snapshotInput.meta({
  id: 'Snapshot',
  description:
    'All that is known of a SKU at `observedAt`. Other names are ignored and told in `ignoredFields` of the batch',
  example,
});

/** One item of a job: with its currency, and nothing beside what is known. */
export const strictSnapshotSchema = strictSnapshotInput.meta({
  id: 'StrictSnapshot',
  description: 'All that is known of a SKU at `observedAt`',
  example,
});

/** A whole catalogue, in any of the three formats. */
export const catalogueBody = {
  'application/json': z
    .strictObject({ items: z.array(snapshotSchema).min(1) })
    .meta({ id: 'Catalogue', example: { items: [example] } }),
  'application/x-ndjson': ndjsonOf('Snapshot', example),
  'text/csv': csvOf(
    'A header line with the names of fields of a snapshot (or others, see `map`), then a SKU a line. `competitors` are separated by `|`; an empty cell is absent',
    undefined,
    'sku,price,currency,cost,stock,competitors\r\nSHOE-42,89.00,USD,41.50,12,84.90|92.00\r\n',
  ),
};
