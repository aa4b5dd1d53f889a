import type { Random } from '../random.ts';
import type { MarketItem } from './market.ts';

const money = (minor: number): string => (minor / 100).toFixed(2);
const between = (random: Random, low: number, high: number): number => Math.floor(low + random() * (high - low + 1));

/** A SKU as it comes onto the market: in EUR, with stock, cost and two competitors. */
export function firstState(sku: string, random: Random): MarketItem {
  const price = between(random, 500, 20_000);
  const capacity = between(random, 20, 500);
  return {
    sku,
    price: money(price),
    currency: 'EUR',
    stock: between(random, 0, capacity),
    capacity,
    cost: money(Math.round(price * (0.4 + 0.3 * random()))),
    demand: between(random, 10, 40) / 20,
    competitors: [rivalOf(price, random), rivalOf(price, random)],
  };
}

/** What happens next to a SKU: mostly sales, then competitors, demand, cost; only what changes is named. */
export function nextMove(state: MarketItem, random: Random): MarketItem {
  const { sku } = state;
  const price = Math.round(Number(state.price) * 100);
  const kind = random();
  if (kind < 0.6) {
    const left = Number(state.stock) - between(random, 1, 8);
    return { sku, stock: left < 0 ? Number(state.capacity) : left };
  }
  if (kind < 0.85)
    return { sku, competitors: Array.from({ length: between(random, 0, 3) }, () => rivalOf(price, random)) };
  if (kind < 0.95) return { sku, demand: between(random, 10, 40) / 20 };
  if (kind < 0.98) return { sku, cost: money(Math.round(price * (0.4 + 0.3 * random()))) };
  return { sku, cost: null };
}

function rivalOf(price: number, random: Random): string {
  return money(Math.round(price * (0.85 + 0.3 * random())));
}
