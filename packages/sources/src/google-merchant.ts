import { isCurrency, parseInstant, parseMoney, shown } from '@reprice/pricing';
import { Reading } from './reading.ts';
import { withoutSpareZeros } from './spare-zeros.ts';
import type { TableLine } from './table-reader.ts';

const dayMs = 86_400_000;

type Cells = Readonly<Record<string, string>>;

/** Without these a table is no product feed. */
export const googleColumns = ['id', 'price'] as const;

/** Reads lines of a product feed of Google Merchant Center, TSV. A line that is wrong is put aside alone. */
export function readGoogleMerchant(lines: readonly TableLine[], nowMs: number): Reading {
  const reading = new Reading();
  for (const line of lines) {
    if ('fault' in line) reading.quarantine('line', `Line ${line.line}: ${line.fault}.`, line.text);
    else readProduct(line.line, line.cells, nowMs, reading);
  }
  return reading;
}

function readProduct(line: number, cells: Cells, nowMs: number, reading: Reading): void {
  const product = productOf(cells, nowMs);
  if ('reason' in product)
    reading.quarantine(product.reason, `Line ${line}: ${product.detail}`, { ...cells, description: undefined });
  else reading.observations.push(product.observation);
}

function productOf(
  cells: Cells,
  nowMs: number,
): { reason: string; detail: string } | { observation: Record<string, unknown> } {
  const { id: sku = '', title = '' } = cells;
  if (sku === '') return { reason: 'no-sku', detail: 'it has no id.' };
  if ((cells.price ?? '') === '') return { reason: 'no-price', detail: 'it has no price.' };
  const observation: Record<string, unknown> = { sku };
  let currency: string | undefined;
  const isSale = isOnSale(cells, nowMs);
  if (isSale === undefined) {
    const takes = 'it takes two times with a zone, such as 2026-11-20T08:00-0800/2026-11-25T23:59-0800.';
    const detail = `sale_price_effective_date is ${shown(cells.sale_price_effective_date)}; ${takes}`;
    return { reason: 'not-a-time', detail };
  }
  for (const [field, column] of [
    ['price', isSale ? 'sale_price' : 'price'],
    ['cost', 'cost_of_goods_sold'],
    ['floor', 'auto_pricing_min_price'],
  ] as const) {
    const text = cells[column] ?? '';
    if (text === '') continue;
    const amount = amountOf(text);
    const takes = 'it takes an amount and a currency, such as 15.00 GBP.';
    if (amount === undefined) return { reason: 'not-money', detail: `${column} is ${shown(text)}; ${takes}` };
    currency ??= amount.currency;
    if (amount.currency !== currency) {
      const detail = `${column} is in ${amount.currency}, other amounts of it in ${currency}.`;
      return { reason: 'currency-mismatch', detail };
    }
    observation[field] = amount.amount;
  }
  if (currency !== undefined) observation.currency = currency;
  const availability = (cells.availability ?? '').toLowerCase().replaceAll(/[\s-]+/g, '_');
  const stock = stockOf(cells.quantity ?? '', availability);
  if (stock === 'unknown') {
    const takes = 'it takes in_stock, out_of_stock, preorder or backorder.';
    return { reason: 'availability', detail: `availability is ${shown(cells.availability)}; ${takes}` };
  }
  if (stock !== undefined) observation.stock = stock;
  if (title !== '') observation.title = title;
  return { observation };
}

/** `15.00 GBP`; a comma or a symbol is refused, for nobody knows what 1,500 means. */
function amountOf(text: string): { amount: string; currency: string } | undefined {
  const [, written = '', code = ''] = /^(\S+) ?([A-Za-z]{3})$/.exec(text) ?? [];
  const currency = code.toUpperCase();
  const amount = withoutSpareZeros(written, currency);
  return isCurrency(currency) && parseMoney(amount, currency).ok ? { amount, currency } : undefined;
}

/** Units, null = not counted, undefined = not told. */
function stockOf(quantity: string, availability: string): number | null | undefined | 'unknown' {
  if (/^\d{1,12}$/.test(quantity)) return Number(quantity);
  switch (availability) {
    case '':
      return undefined;
    case 'out_of_stock':
      return 0;
    case 'in_stock':
    case 'limited_availability':
    case 'preorder':
    case 'backorder':
      return null;
    default:
      return 'unknown';
  }
}

/** Whether the sale price is what buyers pay now; without dates it is always. Undefined where the dates cannot be read. */
function isOnSale(cells: Cells, nowMs: number): boolean | undefined {
  if ((cells.sale_price ?? '') === '') return false;
  const dates = cells.sale_price_effective_date ?? '';
  if (dates === '') return true;
  const [from = '', until = '', ...more] = dates.split('/').map((text) => text.trim());
  const [fromMs, untilMs] = [parseInstant(from), parseInstant(until)];
  if (fromMs === undefined || untilMs === undefined || more.length > 0) return undefined;
  // A day without a time counts until its end.
  return nowMs >= fromMs && nowMs < untilMs + (until.length === 10 ? dayMs : 0);
}
