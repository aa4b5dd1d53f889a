import type { Item } from './items.ts';

/** One way in which a line of a real catalogue goes wrong. */
interface Slip {
  /** What the line is called, so that it is found in the file. */
  readonly name: string;
  /** Currency of the line that is spoilt. */
  readonly currency?: string;
  readonly change: Partial<Item>;
}

const slips: readonly Slip[] = [
  { name: 'COMMA', currency: 'EUR', change: { price: '1,99' } },
  { name: 'HUGE', change: { price: '1e400' } },
  { name: 'NEGATIVE', change: { price: '-12.90' } },
  { name: 'ZERO', change: { price: '0.00' } },
  { name: 'SIGN', currency: 'USD', change: { price: '$12.90' } },
  { name: 'NOPRICE', change: { price: '' } },
  { name: 'YENDECIMALS', currency: 'JPY', change: { price: '1290.50' } },
  { name: 'FILS', currency: 'KWD', change: { price: '4.2505' } },
  { name: 'EURO', change: { currency: 'EURO' } },
  { name: 'NOCURRENCY', change: { currency: 'XXX' } },
  { name: 'LIMITS', currency: 'EUR', change: { price: '20.00', cost: '', floor: '25.00', ceiling: '22.00', map: '' } },
  { name: 'MAP', currency: 'USD', change: { price: '20.00', cost: '', floor: '', ceiling: '22.00', map: '24.00' } },
  { name: 'STOCK', change: { stock: 'many' } },
  { name: 'DEMAND', change: { demand: '-1' } },
  { name: 'RIVALS', currency: 'EUR', change: { competitors: '19.99|n/a' } },
  { name: 'STRATEGY', change: { strategy: 'clearence' } },
];

/** The bad lines of the sample: one of each kind, one without a SKU, and one SKU that stands there twice. */
export function badLines(items: readonly Item[]): Item[] {
  const spoilt = slips.flatMap(({ name, currency, change }, index) => {
    const fitting = items.filter((item) => currency === undefined || item.currency === currency);
    const item = fitting[(index * 37) % fitting.length];
    return item === undefined ? [] : [{ ...item, sku: `BAD-${name}`, ...change }];
  });
  const [first] = items;
  return first === undefined ? spoilt : [...spoilt, { ...first, sku: '' }, { ...first }];
}
