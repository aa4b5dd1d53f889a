import { expect, it } from 'vitest';
import { suggestedMap, withoutQuery } from './header-advice.ts';

it.each([
  [
    'There is no column "sku". The nearest is "id": to use it, send ?map=sku=id.',
    'There is no column "sku". The nearest is "id".',
    'sku=id',
  ],
  [
    'There is no column "currency". The nearest is "Curr. (net)": to use it, send ?map=currency=Curr. (net), or ?currency=USD if all rows share one.',
    'There is no column "currency". The nearest is "Curr. (net)"; or add --currency USD if all rows share one.',
    'currency="Curr. (net)"',
  ],
  [
    'There is no column "price". There are: "a", "b". Name the right one with ?map=price=<column>.',
    'There is no column "price". There are: "a", "b". Name the right one with --map price=COLUMN.',
    'price=COLUMN',
  ],
  [
    'There is no column "price". The nearest is "$(rm), price": to use it, send ?map=price=$(rm), price.',
    'There is no column "price". The nearest is "$(rm), price".',
    `price='"$(rm), price"'`,
  ],
  [
    'The cells must be separated by commas: save the file as CSV with commas. The header is "a;b".',
    'The cells must be separated by commas: save the file as CSV with commas. The header is "a;b".',
    undefined,
  ],
])('%s', (detail, said, map) => {
  expect(withoutQuery(detail)).toBe(said);
  expect(suggestedMap(detail)).toBe(map);
});
