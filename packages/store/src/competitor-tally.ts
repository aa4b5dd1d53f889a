import type { Conversions, Currency } from '@reprice/pricing';

/** Counts, by currency, the competitors' prices that were converted and those that could not be used. */
export class CompetitorTally {
  readonly converted = new Map<Currency, number>();
  readonly unused = new Map<Currency, number>();

  /** What came of the prices of one snapshot. */
  add({ converted, unused }: Conversions): void {
    for (const { currency } of converted) this.converted.set(currency, (this.converted.get(currency) ?? 0) + 1);
    for (const { currency } of unused) this.unused.set(currency, (this.unused.get(currency) ?? 0) + 1);
  }

  /** `{unusedCompetitors}` for an answer; `{}` where all of them could be used. */
  told(): { readonly unusedCompetitors?: Readonly<Record<Currency, number>> } {
    return this.unused.size === 0 ? {} : { unusedCompetitors: Object.fromEntries(this.unused) };
  }
}
