import { Chance } from '../scripts/chance.ts';
import { catalogue, type Item } from './catalogue.ts';

/** Observations of a market, made before the clock runs: NDJSON, `perRequest` lines a body. */
export function* market(skus: number, observations: number, perRequest: number): Generator<string> {
  const chance = new Chance(7);
  const items: Item[] = [...catalogue(skus, 'A')];
  const stock = items.map((item) => item.stock);
  const rivals = items.map((item) => [...item.competitors]);
  let body = '';
  for (let i = 1; i <= observations; i++) {
    // A tenth of the SKUs makes half of the sales.
    const at = Math.floor(chance.next() < 0.5 ? (chance.next() * skus) / 10 : chance.next() * skus);
    const item = items[at] as Item;
    const kind = chance.next();
    const change: Record<string, unknown> = { sku: item.sku };
    if (kind < 0.7) {
      const left = (stock[at] ?? 0) - 1 - Math.floor(chance.next() * 3);
      stock[at] = left < 0 ? item.capacity : left;
      change.stock = stock[at];
    } else if (kind < 0.9) {
      // Most looks at a competitor find the price that was there.
      const seen = rivals[at] as string[];
      if (chance.next() < 0.15)
        seen[chance.next() < 0.5 ? 0 : 1] = (Number(item.price) * (0.85 + chance.next() * 0.3)).toFixed(2);
      change.competitors = seen;
    } else if (kind < 0.97) change.stock = stock[at];
    else change.demand = Math.round((0.5 + chance.next()) * 20) / 20;
    body += `${JSON.stringify(change)}\n`;
    if (i % perRequest === 0 || i === observations) {
      yield body;
      body = '';
    }
  }
}
