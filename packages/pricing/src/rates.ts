import { type Currency, currencyDigits } from './currency.ts';
import { maxMinor } from './money.ts';
import type { RateTable } from './rate-table.ts';

/** Why a price in another currency is not used. */
export type Unconverted = 'no-rate' | 'rates-too-old' | 'out-of-range';

const dayMs = 86_400_000;
/** Decimals of a rate, see rate-table.ts. */
const rateDecimals = 12;

/** The rates in force, ready to be counted with. */
export class Rates {
  readonly table: RateTable;
  readonly #scaled = new Map<Currency, bigint>();

  constructor(table: RateTable) {
    this.table = table;
    this.#scaled.set(table.base, 10n ** BigInt(rateDecimals));
    for (const [code, text] of Object.entries(table.perBase)) this.#scaled.set(code, scaled(text));
  }

  /** The end of the day (UTC) that is `maxAgeDays` after its own: from then on it is too old. */
  get usableUntilMs(): number {
    const { date, maxAgeDays } = this.table;
    return Date.parse(date) + (maxAgeDays + 1) * dayMs;
  }

  /** Whether prices may be converted by it at that moment. */
  isUsableAt(nowMs: number): boolean {
    return nowMs < this.usableUntilMs;
  }

  /**
   * An amount of another currency in minor units of `to`, or why there is none. Exact: one division of integers, rounded once, to the nearest
   * minor unit, a half up.
   */
  convert(minor: number, from: Currency, to: Currency, nowMs: number): number | Unconverted {
    const [perFrom, perTo] = [this.#scaled.get(from), this.#scaled.get(to)];
    if (perFrom === undefined || perTo === undefined) return 'no-rate';
    if (!this.isUsableAt(nowMs)) return 'rates-too-old';
    const numerator = BigInt(minor) * perTo * 10n ** BigInt(currencyDigits(to));
    const denominator = perFrom * 10n ** BigInt(currencyDigits(from));
    const rounded = (2n * numerator + denominator) / (2n * denominator);
    return rounded < 1n || rounded > BigInt(maxMinor) ? 'out-of-range' : Number(rounded);
  }
}

/** A rate as an integer of 10^-12. */
function scaled(text: string): bigint {
  const [whole = '', part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(rateDecimals, '0'));
}
