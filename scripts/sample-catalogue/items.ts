import { Chance } from '../chance.ts';
import { categories, type Market, markets, type Product } from './products.ts';

/** A line of the sample before it is written: every cell as text, blank where nothing is known. */
export interface Item {
  readonly sku: string;
  readonly title: string;
  readonly category: string;
  readonly supplier: string;
  readonly price: string;
  readonly currency: string;
  readonly cost: string;
  readonly stock: string;
  readonly capacity: string;
  readonly restockDays: string;
  readonly demand: string;
  readonly competitors: string;
  readonly floor: string;
  readonly ceiling: string;
  readonly map: string;
  readonly strategy: string;
}

/** How many good lines the sample has. */
const goodLines = 2000;

/** Minor units as a decimal in the market's currency. */
function money(minor: number, { digits }: Market): string {
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The nearest amount with an end that is usual in the market, in minor units. */
function shelfPrice(euros: number, market: Market, chance: Chance): number {
  const minor = euros * market.perEuro * 10 ** market.digits;
  const whole = Math.max(1, Math.round(minor / market.round));
  const end = chance.pick(market.ends);
  return end === 0 ? whole * market.round : (whole - 1) * market.round + end;
}

type Supply = Pick<Item, 'stock' | 'capacity' | 'restockDays' | 'demand'>;
type Bounds = Pick<Item, 'floor' | 'ceiling' | 'map'>;

function supply(kind: string, chance: Chance): Supply {
  const capacity = chance.pick([40, 60, 100, 150, 200, 400]);
  const known = (stock: number, days: number, demand: number): Supply => ({
    stock: String(Math.round(stock)),
    capacity: String(capacity),
    restockDays: String(days),
    demand: demand.toFixed(2).replace(/\.?0+$/, ''),
  });
  if (kind === 'scarce') return known(capacity * chance.between(0, 0.12), chance.whole(7, 30), chance.between(1.2, 3));
  if (kind === 'overstocked')
    return known(capacity * chance.between(0.85, 1.2), chance.whole(0, 5), chance.between(0.2, 0.8));
  if (kind === 'steady')
    return known(capacity * chance.between(0.3, 0.7), chance.whole(2, 14), chance.between(0.8, 1.3));
  return { stock: chance.is(0.5) ? String(chance.whole(0, 50)) : '', capacity: '', restockDays: '', demand: '' };
}

/** Limits of the merchant's own for some: narrow ones on what is scarce or overstocked, so that they are felt. */
function limits(kind: string, strategy: string, minor: number, market: Market, chance: Chance): Bounds {
  const at = (share: number): string => money(Math.round(minor * share), market);
  // Endings need a few whole units between floor and ceiling, which narrow limits do not leave.
  if (strategy === 'clearance' || strategy === 'premium') return { floor: '', ceiling: '', map: '' };
  const isNarrow = chance.is(0.3);
  const ceiling =
    kind === 'scarce' && isNarrow
      ? at(chance.between(1.02, 1.05))
      : chance.is(0.1)
        ? at(chance.between(1.15, 1.4))
        : '';
  const floor =
    kind === 'overstocked' && isNarrow
      ? at(chance.between(0.95, 0.98))
      : chance.is(0.1)
        ? at(chance.between(0.7, 0.85))
        : '';
  const map = floor === '' && chance.is(0.06) ? at(chance.between(0.94, 0.99)) : '';
  return { floor, ceiling, map };
}

function strategyFor(kind: string, euros: number, rivals: number, chance: Chance): string {
  if (kind === 'overstocked' && chance.is(0.3)) return 'clearance';
  if (euros > 80 && chance.is(0.15)) return 'premium';
  return rivals > 1 && chance.is(0.06) ? 'match' : '';
}

function competitorPrices(minor: number, market: Market, chance: Chance): string[] {
  const rivals = chance.is(0.3) ? 0 : chance.whole(1, 4);
  const level = chance.between(0.92, 1.08);
  return Array.from({ length: rivals }, () =>
    money(Math.max(1, Math.round(minor * level * chance.between(0.95, 1.05))), market),
  );
}

function code(variant: string): string {
  return variant
    .replaceAll('"', 'IN')
    .replaceAll(/[^A-Za-z0-9]+/g, '')
    .toUpperCase()
    .slice(0, 8);
}

function itemOf(
  product: Product,
  variant: string,
  market: Market,
  place: Pick<Item, 'sku' | 'category' | 'supplier'>,
  chance: Chance,
): Item {
  const step = product.variants.indexOf(variant) / product.variants.length;
  const euros = product.euros * (0.85 + 0.5 * step) * chance.between(0.94, 1.06);
  const minor = shelfPrice(euros, market, chance);
  const draw = chance.next();
  const kind = draw < 0.5 ? 'steady' : draw < 0.7 ? 'scarce' : draw < 0.9 ? 'overstocked' : 'unknown';
  const competitors = competitorPrices(minor, market, chance);
  const strategy = strategyFor(kind, euros, competitors.length, chance);
  const cost = chance.is(0.85)
    ? money(Math.max(1, Math.round(minor * product.costShare * chance.between(0.9, 1.05))), market)
    : '';
  return {
    ...place,
    title: `${product.title}, ${variant}`,
    price: money(minor, market),
    currency: market.currency,
    cost,
    competitors: competitors.join('|'),
    strategy,
    ...supply(kind, chance),
    ...limits(kind, strategy, minor, market, chance),
  };
}

/** The good lines of the sample, by category: every product and variant, in as many markets as it takes. */
export function sampleItems(seed: number): Item[] {
  const chance = new Chance(seed);
  const shelves = categories.flatMap(({ name, code: shelf, supplier, products }) =>
    products.flatMap((product) =>
      product.variants.flatMap((variant) =>
        // A second edition of each (the older model) fills the shelves.
        ['', '-V2'].flatMap((edition) =>
          markets.map((market) => ({
            product:
              edition === ''
                ? product
                : { ...product, title: `${product.title} (2nd edition)`, euros: product.euros * 1.12 },
            variant,
            market,
            place: {
              sku: `${shelf}-${product.code}-${code(variant)}${edition}-${market.code}`,
              category: name,
              supplier,
            },
          })),
        ),
      ),
    ),
  );
  const kept = shelves.length - goodLines;
  // Leaves out as many as are too many, evenly.
  const items = shelves.filter(
    (_, index) => Math.floor((index * kept) / shelves.length) === Math.floor(((index + 1) * kept) / shelves.length),
  );
  return items.map(({ product, variant, market, place }) => itemOf(product, variant, market, place, chance));
}
