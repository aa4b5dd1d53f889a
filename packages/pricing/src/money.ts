import { type Currency, currencyDigits } from './currency.ts';

/**
 * The largest amount in minor units, 10^13: a hundred billion dollars. Sums and percentages of such amounts stay exact
 * in a double and in Lua, whose numbers lose digits from 2^53 on.
 */
export const maxMinor = 10_000_000_000_000;

/** An amount in minor units, or what would have been accepted instead. */
export type MoneyResult = { ok: true; minor: number } | { ok: false; takes: string };

/** Powers of ten up to the most decimals a currency has. */
const unitsPerWhole = [1, 10, 100, 1_000, 10_000] as const;

/** Leading zeros are harmless; a hundred of them are an attack or a broken export. */
const longestMoneyText = 24;

const zero = 48;
const nine = 57;
const dot = 46;

/** How many minor units make one whole unit: 100 for USD, 1 for JPY, 1000 for KWD. */
export function minorPerWhole(currency: Currency): number {
  return unitsPerWhole[currencyDigits(currency)] ?? 1;
}

/**
 * Reads an amount: a plain decimal string (`'12.90'`) or a JSON number (`12.9`), 0 included, at most `maxMinor`.
 *
 * Digits are read as integers and never pass through a fraction. Refused: signs, exponents, thousands separators,
 * decimal commas, full-width digits, `0x10`, NaN and Infinity, and more decimals than the currency has (JPY `1.5`).
 */
export function parseMoney(value: string | number, currency: Currency): MoneyResult {
  const digits = currencyDigits(currency);
  const minor = minorOrRefused(value, digits);
  return minor >= 0 ? { ok: true, minor } : { ok: false, takes: moneyTakes(digits) };
}

/** `parseMoney` for the hot path, by decimals instead of currency: the amount in minor units, or -1 where refused. */
export function minorOrRefused(value: string | number, digits: number): number {
  // The shortest text of a double is what the JSON said: 0.1 and 12.9 come back as written, 1e400 as Infinity.
  return decimalToMinor(typeof value === 'number' ? numberText(value) : value, digits);
}

/** What an amount with so many decimals looks like, in words for the person whose amount was refused. */
export function moneyTakes(digits: number): string {
  if (digits === 0) return 'a whole number such as 1290, as this currency has no decimals';
  return `a plain decimal number with at most ${digits} decimals, such as 12.${'9'.padEnd(digits, '0')}`;
}

/** The amount as a decimal string with the currency's decimals: `'12.90'`, JPY `'1290'`, KWD `'12.900'`. */
export function formatMoney(minor: number, currency: Currency): string {
  const digits = currencyDigits(currency);
  if (digits === 0) return String(minor);
  const unit = unitsPerWhole[digits] ?? 1;
  const sign = minor < 0 ? '-' : '';
  const amount = minor < 0 ? -minor : minor;
  const part = amount % unit;
  return `${sign}${(amount - part) / unit}.${String(part).padStart(digits, '0')}`;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The amount in minor units, or -1 where the text is no amount. */
function decimalToMinor(text: string, digits: number): number {
  const length = text.length;
  if (length === 0 || length > longestMoneyText) return -1;
  let minor = 0;
  let decimals = -1;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) {
      minor = minor * 10 + (code - zero);
      if (minor > maxMinor) return -1;
      if (decimals >= 0) decimals += 1;
    } else if (code === dot && decimals < 0 && at > 0) {
      decimals = 0;
    } else {
      return -1;
    }
  }
  if (decimals === 0 || decimals > digits) return -1;
  minor *= unitsPerWhole[digits - Math.max(decimals, 0)] ?? 1;
  return minor > maxMinor ? -1 : minor;
}
