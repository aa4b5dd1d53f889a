// npm run catalogue: writes catalogue/sample.csv, the catalogue that the first run reprices. The same seed gives the same file.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { badLines } from './sample-catalogue/bad-lines.ts';
import { type Item, sampleItems } from './sample-catalogue/items.ts';

/** Columns of the sample, in order; `supplier` is one that no snapshot has, as real exports have many. */
const columns: readonly (keyof Item)[] = [
  'sku',
  'title',
  'category',
  'supplier',
  'price',
  'currency',
  'cost',
  'stock',
  'capacity',
  'restockDays',
  'demand',
  'competitors',
  'floor',
  'ceiling',
  'map',
  'strategy',
];

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The whole sample as CSV: a header, about 2,000 good lines, and bad ones of many kinds between them. */
export function sampleCatalogue(seed: number): string {
  const items = sampleItems(seed);
  const bad = badLines(items);
  const every = Math.floor(items.length / bad.length);
  const mixed = items.flatMap((item, index) => {
    const wrong = index % every === every - 1 ? bad[Math.floor(index / every)] : undefined;
    return wrong === undefined ? [item] : [item, wrong];
  });
  const lines = mixed.map((item) => columns.map((column) => cell(item[column])).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** The seed of the committed file. */
export const sampleSeed = 20261121;

if (import.meta.main) {
  const file = path.resolve(import.meta.dirname, '../catalogue/sample.csv');
  writeFileSync(file, sampleCatalogue(sampleSeed));
  process.stdout.write(`Written: ${file}\n`);
}
