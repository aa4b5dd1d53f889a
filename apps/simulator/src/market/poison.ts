import type { MarketItem } from './market.ts';

/** JSON that no value of JavaScript gives when it is written. */
const raw = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

/** Items that are no observations: a market that sends them is wrong, and its truth does not change. */
const poisons = {
  'price-1e400': (sku: string) => ({ sku, price: raw('1e400'), currency: 'EUR' }),
  'unknown-sku': () => ({ sku: 'NOBODY-KNOWS-THIS', stock: 3 }),
  'unknown-proto': () => ({ sku: '__proto__', stock: 3 }),
  'proto-field': () => JSON.parse('{"__proto__":{"sku":"M-000001","price":"1.00","currency":"EUR"},"stock":1}'),
  'no-sku': () => ({ stock: 3 }),
  'long-sku': () => ({ sku: 'x'.repeat(100_000), price: '1.00', currency: 'EUR' }),
  'control-sku': () => ({ sku: 'a\u0000b\n', price: '1.00', currency: 'EUR' }),
  'negative-stock': (sku: string) => ({ sku, stock: -5 }),
  'no-currency': (sku: string) => ({ sku, price: '12.00', currency: 'XXX' }),
  'far-future': (sku: string) => ({ sku, stock: 5, observedAt: '9999-01-01T00:00:00.000Z' }),
  'null-item': () => null,
  'list-item': () => [{ stock: 1 }],
  'text-item': () => 'stock is low',
} satisfies Readonly<Record<string, (sku: string) => unknown>>;

export type PoisonKind = keyof typeof poisons;

export const poisonKinds = Object.keys(poisons) as readonly PoisonKind[];

/** The item of a poisoned event. @param sku one that is on the market, for kinds that name one. */
export function poisonedItem(kind: PoisonKind, sku: string): MarketItem {
  return poisons[kind](sku) as MarketItem;
}
