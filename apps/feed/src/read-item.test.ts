import { sourceSettingsSchema } from '@reprice/sources';
import { describe, expect, it } from 'vitest';
import { readerBy, readObservation } from './read-item.ts';

const at = { iso: '2026-11-21T12:00:00.000Z', ms: Date.UTC(2026, 10, 21, 12) };

function reading(settings: object, item: unknown) {
  const aside: string[] = [];
  const read = readerBy(sourceSettingsSchema.parse(settings), ({ reason }) => aside.push(reason))(item, at);
  const told =
    'reason' in read ? read.reason : read.map(({ fields, thing }) => ({ ...fields, ...(thing && { thing }) }));
  return { read: told, aside };
}

const offer = (SellerId: string, Amount: unknown) => ({ SellerId, ListingPrice: { Amount, CurrencyCode: 'EUR' } });
const change = (ASIN: string) => ({
  NotificationType: 'ANY_OFFER_CHANGED',
  Payload: {
    AnyOfferChangedNotification: {
      OfferChangeTrigger: { ASIN, TimeOfOfferChange: at.iso },
      Offers: [offer('A', 9.99), offer('B', 'free')],
    },
  },
});

describe('an item of a feed', () => {
  it('is unusable where it is nested too deep, with an adapter or without, and never throws', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    for (const levels of [20, 20_000]) {
      const item = { sku: 'a', stock: 1, more: nested(levels) };
      expect(readObservation(item, at)).toMatchObject({ reason: 'too-deep' });
      expect(reading({ kind: 'shopify' }, item)).toEqual({ read: 'too-deep', aside: [] });
    }
    expect(readObservation({ sku: 'a', stock: 1, more: nested(19) }, at)).toHaveLength(1);
  });
});

describe('items of a feed that an adapter reads', () => {
  it('count but for what cannot be used of them', () => {
    const amazon = { kind: 'amazon', skus: { B00: 'a' } };
    expect(reading(amazon, change('B00'))).toEqual({
      read: [{ sku: 'a', observedAt: at.iso, competitors: [{ price: '9.99', currency: 'EUR' }] }],
      aside: ['offer'],
    });
    // Which SKU that is may have been learned over HTTP.
    expect(reading(amazon, change('B01'))).toMatchObject({
      read: [{ sku: 'B01', competitors: [{ price: '9.99' }], thing: { kind: 'alias', id: 'B01' } }],
      aside: ['offer'],
    });
  });

  it('tell items and levels of a shop, whose stock is added up when they are stored', () => {
    const shop = { kind: 'shopify' };
    const variants = [{ sku: 'a', inventory_item_id: 1, price: '5.00', inventory_quantity: 3 }];
    expect(reading(shop, { updated_at: at.iso, variants }).read).toMatchObject([
      { sku: 'a', observedAt: at.iso, price: '5.00', thing: { kind: 'item', id: '1', item: { total: 3 } } },
    ]);
    const level = { inventory_item_id: 1, location_id: 2, available: 3, updated_at: at.iso };
    expect(reading(shop, level).read).toMatchObject([{ thing: { kind: 'level', id: '1', level: { available: 3 } } }]);
  });

  it('are as of the event where they do not say when', () => {
    const own = { kind: 'json', fields: { sku: '/id', stock: '/n' } };
    expect(reading(own, { id: 'a', n: 1 }).read).toEqual([{ sku: 'a', stock: 1, observedAt: at.iso }]);
    expect(reading(own, { n: 1 })).toEqual({ read: 'no-sku', aside: [] });
  });
});
