import { Chance } from '../scripts/chance.ts';

/** One made-up item of a catalogue, as a merchant would send it. */
export interface Item {
  readonly sku: string;
  readonly price: string;
  readonly currency: string;
  readonly cost: string;
  readonly stock: number;
  readonly capacity: number;
  readonly competitors: readonly string[];
}

/** `count` items whose SKUs begin with `prefix`: prices of 5 to 205 EUR, cost, stock, capacity and two competitors each. */
export function* catalogue(count: number, prefix: string, seed = 1): Generator<Item> {
  const chance = new Chance(seed);
  for (let i = 0; i < count; i++) {
    const price = 5 + chance.next() * 200;
    yield {
      sku: `${prefix}-${String(i).padStart(7, '0')}`,
      price: price.toFixed(2),
      currency: 'EUR',
      cost: (price * (0.5 + chance.next() * 0.2)).toFixed(2),
      stock: Math.floor(chance.next() * 300),
      capacity: 300,
      competitors: [(price * (0.9 + chance.next() * 0.2)).toFixed(2), (price * (0.9 + chance.next() * 0.2)).toFixed(2)],
    };
  }
}

/** A catalogue as it is submitted: NDJSON in chunks of about 64 KiB, made before the clock runs. */
export function bodyOf(skus: number, prefix: string): Buffer[] {
  const chunks: Buffer[] = [];
  let text = '';
  for (const item of catalogue(skus, prefix)) {
    text += `${JSON.stringify(item)}\n`;
    if (text.length < 65_536) continue;
    chunks.push(Buffer.from(text));
    text = '';
  }
  return text ? [...chunks, Buffer.from(text)] : chunks;
}
