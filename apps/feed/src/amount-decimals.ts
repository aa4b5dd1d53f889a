import { isRecord } from './market-message.ts';

/** Fields whose amounts are read in the currency of the SKU where none is named. */
const amounts = ['price', 'cost', 'floor', 'ceiling', 'map', 'competitors'] as const;
/** What is less can be read in each currency, as far as its size goes. */
const small = 1e9;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether the amounts of `fields` can be read in every currency in which the amounts of `before` can be read that they replace. They can if
 * they have no more decimals (a yen has none), and no great size.
 */
export function readableWherever(before: Fields, fields: Fields): boolean {
  return amounts.every((name) => isBlank(before, name) || decimalsOf(fields[name]) <= decimalsOf(before[name]));
}

function isBlank(fields: Fields, name: string): boolean {
  return !Object.hasOwn(fields, name) || fields[name] === undefined || fields[name] === '';
}

/** Most decimals of an amount, or of a list of them, as they are written: the text 12.50 has two. NaN where that is not told. */
function decimalsOf(value: unknown): number {
  if (typeof value === 'string' && value.includes('|')) return decimalsOf(value.split('|'));
  if (Array.isArray(value)) return value.reduce((most: number, one) => Math.max(most, decimalsOf(one)), 0);
  if (isRecord(value)) return value.currency === undefined ? decimalsOf(value.price) : 0;
  if (typeof value !== 'string' && typeof value !== 'number') return 0;
  const text = String(value).trim();
  // It names its own currency: 15.00 USD.
  if (/ [A-Za-z]{3}$/.test(text)) return 0;
  if (!(Number(text) < small)) return Number.NaN;
  const dot = text.indexOf('.');
  return dot === -1 ? 0 : text.length - dot - 1;
}
