import { formatMoney, isCurrency, parseMoney } from '@reprice/pricing';
import { member } from './json-members.ts';
import { withoutSpareZeros } from './spare-zeros.ts';

/** What a buyer pays, or what is wrong with it. */
export type Landed =
  | { readonly price: string; readonly currency: string; readonly minor: number }
  | { readonly fault: string };

interface Amount {
  readonly minor: number;
  readonly currency: string;
}

/**
 * Listing price + shipping − Amazon Points. The value of points is taken where it is told; in Japan, the one place that has them, a point is
 * worth a yen.
 */
export function landedPrice(listing: unknown, shipping: unknown, points: unknown): Landed {
  const price = amountOf(listing);
  if (typeof price === 'string') return { fault: `ListingPrice ${price}` };
  const extra = shipping === undefined || shipping === null ? { ...price, minor: 0 } : amountOf(shipping);
  if (typeof extra === 'string') return { fault: `Shipping ${extra}` };
  const back = pointsOf(points, price.currency);
  if (typeof back === 'string') return { fault: `Points ${back}` };
  if (extra.currency !== price.currency || back.currency !== price.currency)
    return { fault: 'its amounts are in several currencies' };
  const minor = price.minor + extra.minor - back.minor;
  // 0 is what a price that is not known looks like, and no buyer gets money for buying.
  if (minor <= 0) return { fault: 'a buyer would pay nothing' };
  return { price: formatMoney(minor, price.currency), currency: price.currency, minor };
}

function amountOf(value: unknown): Amount | string {
  const amount = member(value, 'Amount') ?? member(value, 'amount');
  const currency = member(value, 'CurrencyCode') ?? member(value, 'currencyCode');
  if (typeof currency !== 'string' || !isCurrency(currency)) return 'has no currency that is known';
  if (typeof amount !== 'number' && typeof amount !== 'string') return 'has no amount';
  const read = parseMoney(withoutSpareZeros(amount, currency), currency);
  return read.ok ? { minor: read.minor, currency } : 'is no amount';
}

function pointsOf(points: unknown, currency: string): Amount | string {
  const value = member(points, 'PointsMonetaryValue') ?? member(points, 'pointsMonetaryValue');
  if (value !== undefined && value !== null) return amountOf(value);
  const count = member(points, 'PointsNumber') ?? member(points, 'pointsNumber');
  if (currency !== 'JPY' || typeof count !== 'number') return { minor: 0, currency };
  return Number.isSafeInteger(count) && count >= 0 ? { minor: count, currency } : 'are no whole number';
}
