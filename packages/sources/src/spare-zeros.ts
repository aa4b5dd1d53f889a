import { currencyDigits, isCurrency } from '@reprice/pricing';

/** An amount without the zeros that its currency has no room for, as shops write them: 1500.00 in JPY is 1500. All else is given back as it is. */
export function withoutSpareZeros<T>(amount: T, currency: string | undefined): T | string {
  if (typeof amount !== 'string' || currency === undefined || !isCurrency(currency)) return amount;
  const [, whole = '', decimals = ''] = /^(\d+)\.(\d+)$/.exec(amount) ?? [];
  const digits = currencyDigits(currency);
  if (decimals.length <= digits || /[1-9]/.test(decimals.slice(digits))) return amount;
  return digits === 0 ? whole : `${whole}.${decimals.slice(0, digits)}`;
}
