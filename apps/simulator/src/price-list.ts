import { isDeepStrictEqual } from 'node:util';
import type { ModelPrice } from '@reprice/gateway';
import type { ProviderOptions } from '@reprice/pricing';

/** What its models cost, by provider where a model has several. */
export class PriceList {
  readonly #byName = new Map<string, { readonly price: ModelPrice; readonly options: [string, unknown][] }[]>();

  /**
   * @param prices by the name that a configuration has for them
   * @param options by that name as well: by what members of its body a call is for that provider
   */
  constructor(prices: Readonly<Record<string, ModelPrice>>, options: Readonly<Record<string, ProviderOptions>> = {}) {
    // Of several that fit equally well the one that is called so itself counts.
    const own = Object.entries(prices).toSorted(
      ([, a], [, b]) => Number(b.as === undefined) - Number(a.as === undefined),
    );
    for (const [name, price] of own) {
      const ofProvider = Object.hasOwn(options, name) ? Object.entries(options[name] ?? {}) : [];
      const asked = price.as ?? name;
      this.#byName.set(asked, [...(this.#byName.get(asked) ?? []), { price, options: ofProvider }]);
    }
  }

  /** The models by the names that calls carry. */
  get names(): string[] {
    return [...this.#byName.keys()];
  }

  /** What a call with these members costs: the price with most of its options among them, else that of the model itself; undefined for no model. */
  of(model: string, members: Readonly<Record<string, unknown>>): ModelPrice | undefined {
    const [first, ...others] = this.#byName.get(model) ?? [];
    if (!first || others.length === 0) return first?.price;
    const fits = ({ options }: typeof first) =>
      options.every(([name, value]) => isDeepStrictEqual(members[name], value));
    const fitting = [first, ...others].filter(fits);
    return (fitting.toSorted((a, b) => b.options.length - a.options.length)[0] ?? first).price;
  }
}
