import type { Currency } from './currency.ts';
import type { RateTable } from './rate-table.ts';
import type { Unconverted } from './rates.ts';

/** A competitor's price that was stated in another currency. */
export interface ForeignPrice {
  readonly currency: Currency;
  /** In minor units of that currency. */
  readonly minor: number;
}

/** What came of those of a snapshot's competitors' prices that were stated in other currencies. */
export interface Conversions {
  /** The table that was in force, with the rates that were used; absent where there was none. */
  readonly table?: Pick<RateTable, 'date' | 'base' | 'perBase'>;
  /** `at`: the place of the converted price in `competitorsMinor`. */
  readonly converted: readonly (ForeignPrice & { readonly at: number })[];
  readonly unused: readonly (ForeignPrice & { readonly because: Unconverted })[];
}

/**
 * As one cell without tabs: `date;base;USD=1.0842;0=1500USD,2=990USD;1200GBP=no-rate`, parts that are empty at the end cut. merge.lua reads the
 * fourth part.
 */
export function encodeConversions({ table, converted, unused }: Conversions): string {
  const rates = Object.entries(table?.perBase ?? {}).map(([currency, rate]) => `${currency}=${rate}`);
  const used = converted.map(({ at, minor, currency }) => `${at}=${minor}${currency}`);
  const others = unused.map(({ minor, currency, because }) => `${minor}${currency}=${because}`);
  const parts = [table?.date ?? '', table?.base ?? '', rates.join(), used.join(), others.join()];
  while (parts.at(-1) === '') parts.pop();
  return parts.join(';');
}

/** Reads that cell back. */
export function decodeConversions(text: string): Conversions {
  const [date = '', base = '', rates = '', used = '', others = ''] = text.split(';');
  return {
    ...(date !== '' && { table: { date, base, perBase: Object.fromEntries(pairs(rates)) } }),
    converted: pairs(used).map(([at, price]) => ({ at: Number(at), ...foreign(price) })),
    unused: pairs(others).map(([price, because]) => ({ ...foreign(price), because: because as Unconverted })),
  };
}

function pairs(text: string): [string, string][] {
  if (text === '') return [];
  return text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

function foreign(text: string): ForeignPrice {
  return { currency: text.slice(-3), minor: Number(text.slice(0, -3)) };
}
