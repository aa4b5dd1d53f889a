import { commandName } from './command-name.ts';
import { count } from './figures.ts';
import { printable } from './output.ts';
import type { PriceStory } from './price-responses.ts';
import { facts } from './table.ts';

const because: Readonly<Record<string, string>> = {
  'no-rate': 'there is no rate for it',
  'rates-too-old': 'the rates were too old',
  'out-of-range': 'the amount is out of range',
};

/** What to say of competitors' prices that were not used; '' where all of them were. */
export function unusedText(unused: Readonly<Record<string, number>> | null | undefined): string {
  const parts = Object.entries(unused ?? {}).map(
    ([currency, prices]) => `${count(prices)} in ${printable(currency, 3)}`,
  );
  if (parts.length === 0) return '';
  return `Competitors' prices that were not used, for want of a rate of today: ${parts.join(', ')} (${commandName} rates).`;
}

/** What came of a price's competitors in other currencies, a line each. */
export function conversionLines({ conversions, price }: PriceStory): string[] {
  if (conversions == null) return [];
  const { rates, converted, unused } = conversions;
  const by = (currency: string): string => {
    if (rates == null) return '';
    const used = Object.entries(rates.perBase).filter(([code]) => code === currency || code === price.currency);
    return `at ${used.map(([code, rate]) => `${rate} ${code}`).join(' and ')} for 1 ${rates.base}, rates of ${rates.date}`;
  };
  return facts([
    ...converted.map((one): [string, string] => [
      `${one.price} ${one.currency}`,
      `= ${one.converted} ${price.currency} ${by(one.currency)}`,
    ]),
    ...unused.map((one): [string, string] => [
      `${one.price} ${one.currency}`,
      `not used: ${because[one.because] ?? one.because}`,
    ]),
  ]);
}
