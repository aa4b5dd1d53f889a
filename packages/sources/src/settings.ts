import { isCurrency } from '@reprice/pricing';
import { z } from 'zod';
import { isPointer } from './json-pointer.ts';

const currencyTakes = 'takes an ISO 4217 code in upper case, such as EUR';
const currency = z.string(currencyTakes).refine(isCurrency, currencyTakes);

const secretTakes = 'takes the secret that the sender signs with, 8 to 200 characters';
const secret = z.string(secretTakes).min(8, secretTakes).max(200, secretTakes);
const secretsTakes = 'takes one secret or two: the new and the old one while it is being changed';
const signed = {
  /** What the sender signs with. */
  secret: secret.optional(),
  /** Two while the secret is being changed. */
  secrets: z.array(secret, secretsTakes).min(1, secretsTakes).max(2, secretsTakes).optional(),
};

const idTakes = 'takes an id, 1 to 128 characters';
const id = z.union([z.string(idTakes).min(1, idTakes).max(128, idTakes), z.int(idTakes).transform(String)], idTakes);

const shopify = z.strictObject({
  kind: z.literal('shopify'),
  ...signed,
  /** Of the shop's prices, which come without one. Absent: that of the SKU, which must be known then. */
  currency: currency.optional(),
  /** Stock counts at these places alone. Absent: at all. */
  locations: z.array(id, 'takes a list of location ids').min(1, 'takes a list of location ids').max(200).optional(),
});

const amazonTakes = 'takes a list of seller ids such as A3SELLEREXAMPLE';
const sellers = z.array(id, amazonTakes).max(1000, amazonTakes);
const amazon = z.strictObject({
  kind: z.literal('amazon'),
  /** Whose offers are none of a competitor: one's own account and its sisters. The notification's own SellerId is one of them anyway. */
  ownSellers: sellers.default([]),
  /** Offers of this condition count. */
  condition: z.enum(['new', 'used', 'collectible', 'refurbished', 'club']).default('new'),
  /** Only notifications of these marketplaces count. Absent: all. */
  marketplaces: z.array(id, 'takes a list of marketplace ids').optional(),
  /** ASIN -> SKU or SKUs, beside those that an uploaded listing report told. */
  skus: z.record(z.string(), z.union([id, z.array(id).min(1)], 'takes a SKU, or a list of SKUs')).default({}),
});

const woocommerce = z.strictObject({ kind: z.literal('woocommerce'), ...signed, currency: currency.optional() });

const googleMerchant = z.strictObject({ kind: z.literal('google-merchant') });

const pointerTakes = 'takes a JSON Pointer such as /offer/price';
const pointer = z.string(pointerTakes).refine(isPointer, pointerTakes);
const json = z.strictObject({
  kind: z.literal('json'),
  /** Where the list of items stands; absent = the payload is a list, or one item. */
  items: pointer.optional(),
  /** Where each field stands, from the item on. */
  fields: z.strictObject({
    sku: pointer,
    observedAt: pointer.optional(),
    price: pointer.optional(),
    currency: pointer.optional(),
    stock: pointer.optional(),
    cost: pointer.optional(),
    capacity: pointer.optional(),
    restockDays: pointer.optional(),
    demand: pointer.optional(),
    floor: pointer.optional(),
    ceiling: pointer.optional(),
    map: pointer.optional(),
    title: pointer.optional(),
    category: pointer.optional(),
    /** A list of prices, or of objects and where the price stands in each. */
    competitors: z
      .union(
        [pointer, z.strictObject({ list: pointer, price: pointer, currency: pointer.optional() })],
        'takes a JSON Pointer, or {list, price, currency}',
      )
      .optional(),
  }),
  /** Of amounts that come without one. */
  currency: currency.optional(),
  /** How observedAt is written. */
  time: z.enum(['iso', 'seconds', 'milliseconds']).default('iso'),
});

/** One source of a config file. */
export const sourceSettingsSchema = z
  .discriminatedUnion('kind', [shopify, amazon, woocommerce, googleMerchant, json], {
    error: 'takes kind: shopify, amazon, woocommerce, google-merchant or json',
  })
  .refine((settings) => !('secret' in settings && settings.secret && settings.secrets), {
    message: 'takes secret or secrets, not both',
    path: ['secrets'],
  });

/** What a config file says of a source. */
export type SourceSettings = z.output<typeof sourceSettingsSchema>;

/** The same by kind. */
export type SettingsOf<K extends SourceSettings['kind']> = Extract<SourceSettings, { kind: K }>;

/** The secrets that a source's sender may have signed with; none: it must show an API key. */
export function sourceSecrets(settings: SourceSettings): readonly string[] {
  if (settings.kind !== 'shopify' && settings.kind !== 'woocommerce') return [];
  return settings.secrets ?? (settings.secret === undefined ? [] : [settings.secret]);
}
