import { Chance } from '../../scripts/chance.ts';
import type { Item } from '../catalogue.ts';

/** What happened to a SKU. */
export type ChurnKind = 'sale' | 'look' | 'rival' | 'sync' | 'restock' | 'demand' | 'cost';

/** One observation of the day, as a client would send it. */
export interface Churn {
  readonly kind: ChurnKind;
  /** ms since the day began. */
  readonly atMs: number;
  readonly change: Readonly<Record<string, unknown>>;
}

/**
 * How often what is observed, in per cent. A shop tells of each sale; feeds of competitors' offers are mostly looks that find what was there;
 * stock systems send again what they have sent; prices of competitors, restocks, demand figures and costs change now and then.
 */
export const churnPercent: Readonly<Record<ChurnKind, number>> = {
  sale: 46,
  look: 32,
  rival: 8,
  sync: 10,
  restock: 1.5,
  demand: 2,
  cost: 0.5,
};

const DAY_MS = 24 * 3_600_000;
/** How busy each hour is: quiet at night, a hill at noon, a peak in the evening. */
const hourWeights = [3, 2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 7, 6, 6, 6, 6, 7, 8, 10, 11, 9, 6, 4];

/** The moments of `count` observations over a day, in order. */
function* moments(count: number, chance: Chance): Generator<number> {
  const total = hourWeights.reduce((sum, weight) => sum + weight, 0);
  let told = 0;
  let upTo = 0;
  for (const [hour, weight] of hourWeights.entries()) {
    upTo += weight;
    const inHour = Math.round((count * upTo) / total) - told;
    told += inHour;
    const offsets = Float64Array.from({ length: inHour }, () => chance.next() * 3_600_000).sort();
    for (const offset of offsets) yield Math.floor(hour * 3_600_000 + offset);
  }
}

/** A day of a market, seeded: `count` observations of these items in the order of their time. */
export function* dayOf(items: readonly Item[], count: number, seed = 7): Generator<Churn> {
  const chance = new Chance(seed);
  const stock = items.map((item) => item.stock);
  const rivals = items.map((item) => [...item.competitors]);
  const cost = items.map((item) => Number(item.cost));
  const kinds = Object.entries(churnPercent) as [ChurnKind, number][];
  const draw = (): ChurnKind => {
    let left = chance.next() * 100;
    for (const [kind, percent] of kinds) {
      left -= percent;
      if (left < 0) return kind;
    }
    return 'look';
  };
  for (const atMs of moments(count, chance)) {
    // A few SKUs have most of the traffic: the busiest hundredth gets a fifth of it, the busiest tenth nearly half.
    const at = Math.floor(chance.next() ** 3 * items.length);
    const item = items[at] as Item;
    const seen = rivals[at] as string[];
    const kind = draw();
    const change: Record<string, unknown> = { sku: item.sku };
    switch (kind) {
      case 'sale':
        stock[at] = Math.max(0, (stock[at] ?? 0) - 1 - Math.floor(chance.next() * 3));
        if (stock[at] === 0 && chance.next() < 0.5) stock[at] = item.capacity;
        change.stock = stock[at];
        break;
      case 'sync':
        change.stock = stock[at];
        break;
      case 'restock':
        stock[at] = item.capacity;
        change.stock = stock[at];
        break;
      case 'rival': {
        const which = chance.next() < 0.5 ? 0 : 1;
        // Mostly steps of up to 3 %, one in ten a jump; never far from where it began.
        const step = (chance.next() - 0.5) * (chance.next() < 0.1 ? 0.3 : 0.06);
        const anchor = Number(item.price);
        const next = Math.min(Math.max(Number(seen[which]) * (1 + step), anchor * 0.8), anchor * 1.2);
        seen[which] = next.toFixed(2);
        change.competitors = [...seen];
        break;
      }
      case 'look':
        change.competitors = [...seen];
        break;
      case 'demand':
        change.demand = Math.round((0.5 + chance.next()) * 20) / 20;
        break;
      case 'cost':
        cost[at] = Number(item.cost) * (0.95 + chance.next() * 0.1);
        change.cost = (cost[at] as number).toFixed(2);
    }
    yield { kind, atMs: Math.min(atMs, DAY_MS - 1), change };
  }
}
