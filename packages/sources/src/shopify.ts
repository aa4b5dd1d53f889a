import { parseInstant } from '@reprice/pricing';
import { excerptOf, outlineOf } from './excerpt.ts';
import { idOf, member, objectOf, plainIdOf, unitsOf } from './json-members.ts';
import { Reading } from './reading.ts';
import type { SettingsOf } from './settings.ts';
import { type Headers, header } from './signature.ts';
import { withoutSpareZeros } from './spare-zeros.ts';

const products = new Set(['products/create', 'products/update']);
const levels = new Set(['inventory_levels/update', 'inventory_levels/connect']);

/**
 * Reads a webhook of Shopify: `products/update` and `inventory_levels/update`. Times are those of the body, since the headers are not signed: an
 * old body that is sent again is as old as it says.
 */
export function readShopify(payload: unknown, settings: SettingsOf<'shopify'>, headers: Headers): Reading {
  const reading = new Reading();
  const topic = header(headers, 'x-shopify-topic')?.toLowerCase() ?? topicOf(payload);
  if (topic === undefined || objectOf(payload) === undefined)
    reading.quarantine('shape', 'Neither a product with variants nor an inventory level of Shopify.', payload);
  else if (levels.has(topic)) readLevel(payload, reading, settings);
  else if (products.has(topic)) readProduct(payload, reading, settings);
  else
    reading.quarantineAs({
      reason: 'other-topic',
      detail: `The topic ${topic.slice(0, 60)} tells nothing for prices: subscribe to products/update and inventory_levels/update.`,
      excerpt: outlineOf(payload),
    });
  return reading;
}

/** What a payload is that came without a topic, as out of a file. */
function topicOf(payload: unknown): string | undefined {
  if (member(payload, 'inventory_item_id') !== undefined && member(payload, 'location_id') !== undefined)
    return 'inventory_levels/update';
  return Array.isArray(member(payload, 'variants')) ? 'products/update' : undefined;
}

function readLevel(payload: unknown, reading: Reading, { locations }: SettingsOf<'shopify'>): void {
  const id = plainIdOf(member(payload, 'inventory_item_id'));
  const place = plainIdOf(member(payload, 'location_id'));
  const atMs = timeOf(member(payload, 'updated_at'));
  const available = member(payload, 'available');
  const units = available === null ? undefined : unitsOf(available);
  if (id === undefined || place === undefined || atMs === undefined || (available !== null && units === undefined)) {
    reading.quarantine(
      'shape',
      'An inventory level needs inventory_item_id, location_id, available and updated_at; ids are whole numbers below 2^53.',
      payload,
    );
    return;
  }
  if (locations !== undefined && !locations.includes(place)) reading.skip('other-location');
  else reading.levels.push({ id, place, atMs, available: units, excerpt: excerptOf(payload) });
}

function readProduct(payload: unknown, reading: Reading, settings: SettingsOf<'shopify'>): void {
  const variants = member(payload, 'variants');
  const productAtMs = timeOf(member(payload, 'updated_at'));
  const productId = member(payload, 'id');
  // The one of a test notification is no product of the shop.
  const isMadeUp = typeof productId === 'number' && idOf(productId) === undefined;
  if (!Array.isArray(variants) || productAtMs === undefined || isMadeUp) {
    const takes = 'A product needs updated_at and a list of variants; its id is a whole number below 2^53.';
    reading.quarantine('shape', takes, payload);
    return;
  }
  const title = member(payload, 'title');
  const bearers = bearersOf(variants);
  for (const variant of variants) {
    const sku = skuOf(variant);
    const id = plainIdOf(member(variant, 'inventory_item_id'));
    if (sku === undefined) {
      reading.quarantine('no-sku', 'This variant has no SKU: give it one in Shopify.', variant);
      continue;
    }
    const alike = bearers.get(sku) ?? 0;
    if (alike > 1) {
      const detail = `${alike} variants of this product have the SKU ${sku.slice(0, 100)}: none of them counts until each has its own.`;
      reading.quarantine('same-sku', detail, variant);
      continue;
    }
    // The whole product was so at its newest time.
    const atMs = Math.max(productAtMs, timeOf(member(variant, 'updated_at')) ?? 0);
    const price = member(variant, 'price');
    const observation = {
      sku,
      observedAt: new Date(atMs).toISOString(),
      ...(price !== undefined &&
        price !== null &&
        price !== '' && { price: withoutSpareZeros(price, settings.currency) }),
      ...(settings.currency !== undefined && { currency: settings.currency }),
      ...(typeof title === 'string' && title !== '' && { title: title.slice(0, 1000) }),
    };
    if (id === undefined) {
      reading.observations.push(observation);
      continue;
    }
    const total = settings.locations === undefined ? unitsOf(member(variant, 'inventory_quantity')) : undefined;
    // Absent since API version 2024-07; null = not counted.
    const management = member(variant, 'inventory_management');
    reading.items.push({
      id,
      atMs,
      ...(total !== undefined && { total }),
      ...(management !== undefined && { isTracked: management !== null }),
      observation,
      excerpt: excerptOf(variant),
    });
  }
  if (variants.length === 0) reading.skip('no-variants');
  // Of a product with more than 100 variants the others are only listed.
  const listed = member(payload, 'variant_gids') ?? member(payload, 'variant_ids');
  if (Array.isArray(listed)) for (let i = variants.length; i < listed.length; i++) reading.skip('variant-beyond-100');
}

/** How many variants bear each SKU. */
function bearersOf(variants: readonly unknown[]): ReadonlyMap<string, number> {
  const bearers = new Map<string, number>();
  for (const variant of variants) {
    const sku = skuOf(variant);
    if (sku !== undefined) bearers.set(sku, (bearers.get(sku) ?? 0) + 1);
  }
  return bearers;
}

/** Two ways to write one letter are one SKU to the store. */
function skuOf(variant: unknown): string | undefined {
  return idOf(member(variant, 'sku'))?.normalize('NFC');
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseInstant(value) : undefined;
}
