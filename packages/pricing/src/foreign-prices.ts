import type { Conversions, ForeignPrice } from './conversions.ts';
import type { Currency } from './currency.ts';
import type { Rates } from './rates.ts';

/** Converts the competitors' prices of one snapshot that are in other currencies, and keeps what they were. */
export class ForeignPrices {
  readonly #rates: Rates | undefined;
  readonly #nowMs: number;
  readonly #to: Currency;
  readonly #used = new Set<Currency>();
  readonly #converted: Conversions['converted'][number][] = [];
  readonly #unused: Conversions['unused'][number][] = [];

  constructor({ rates, nowMs }: { readonly rates?: Rates | undefined; readonly nowMs: number }, to: Currency) {
    this.#rates = rates;
    this.#nowMs = nowMs;
    this.#to = to;
  }

  /** Puts a price at the end of `minors` if it can be converted. */
  add(price: ForeignPrice, minors: number[]): void {
    const { currency, minor } = price;
    const result = this.#rates?.convert(minor, currency, this.#to, this.#nowMs) ?? 'no-rate';
    if (typeof result === 'string') this.#unused.push({ ...price, because: result });
    else {
      this.#converted.push({ ...price, at: minors.length });
      minors.push(result);
      this.#used.add(currency).add(this.#to);
    }
  }

  /** What came of them. */
  get conversions(): Conversions {
    const part = { converted: this.#converted, unused: this.#unused };
    if (this.#rates === undefined) return part;
    const { date, base, perBase } = this.#rates.table;
    const used = Object.entries(perBase).filter(([currency]) => currency !== base && this.#used.has(currency));
    return { table: { date, base, perBase: Object.fromEntries(used) }, ...part };
  }
}
