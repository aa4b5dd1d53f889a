import { parseInstant } from '@reprice/pricing';
import { outlineOf } from './excerpt.ts';
import { idOf, member, objectOf, unitsOf } from './json-members.ts';
import { Reading } from './reading.ts';
import type { SettingsOf } from './settings.ts';
import { type Headers, header } from './signature.ts';
import { withoutSpareZeros } from './spare-zeros.ts';

const topics = new Set(['product.created', 'product.updated', 'product.restored']);
/** They are sold by their parts, each of which has a webhook of its own. */
const parents = new Set(['variable', 'grouped']);

/** Whether a body is the ping that WooCommerce sends, unsigned, when a webhook is saved: `webhook_id=7`. */
export function isWooPing(body: Uint8Array): boolean {
  return body.length <= 40 && /^webhook_id=\d+$/.test(Buffer.from(body).toString('latin1'));
}

/** Reads a product webhook of WooCommerce, REST version 2 or 3. */
export function readWoocommerce(payload: unknown, settings: SettingsOf<'woocommerce'>, headers: Headers): Reading {
  const reading = new Reading();
  const topic = header(headers, 'x-wc-webhook-topic')?.toLowerCase();
  if (topic === 'product.deleted') reading.skip('deleted-product');
  else if (topic !== undefined && !topics.has(topic))
    reading.quarantineAs({
      reason: 'other-topic',
      detail: `The topic ${topic.slice(0, 60)} tells nothing for prices: subscribe to product.updated.`,
      excerpt: outlineOf(payload),
    });
  else readProduct(payload, settings, reading);
  return reading;
}

function readProduct(payload: unknown, settings: SettingsOf<'woocommerce'>, reading: Reading): void {
  const product = objectOf(payload);
  const atMs = timeOf(member(product, 'date_modified_gmt'), member(product, 'date_modified'));
  if (product === undefined || atMs === undefined || !Object.hasOwn(product, 'stock_status')) {
    const detail = 'A product of WooCommerce (REST version 2 or 3) has sku, price, stock_status and date_modified_gmt.';
    reading.quarantineAs({ reason: 'shape', detail, excerpt: outlineOf(payload) });
    return;
  }
  if (parents.has(String(product.type))) {
    reading.skip('parent-product');
    return;
  }
  const sku = idOf(product.sku);
  if (sku === undefined) {
    reading.quarantine('no-sku', 'This product has no SKU: give it one in WooCommerce.', {
      id: product.id,
      name: product.name,
      type: product.type,
    });
    return;
  }
  const { price } = product;
  const name = product.name;
  reading.observations.push({
    sku,
    observedAt: new Date(atMs).toISOString(),
    ...(price !== '' &&
      price !== null &&
      price !== undefined && { price: withoutSpareZeros(price, settings.currency) }),
    ...(settings.currency !== undefined && { currency: settings.currency }),
    ...(typeof name === 'string' && name !== '' && { title: name.slice(0, 1000) }),
    stock: stockOf(product),
  });
}

/** The units that are left; null where nobody counts them. */
function stockOf(product: Record<string, unknown>): number | null {
  // `parent`: a variation whose parent counts for all.
  const isCounted = product.manage_stock === true || product.manage_stock === 'parent';
  const units = isCounted ? unitsOf(product.stock_quantity) : undefined;
  if (units !== undefined) return units;
  return product.stock_status === 'outofstock' ? 0 : null;
}

/** The time of a change; `…_gmt` comes without a zone, the shop's own time is of use only with one. */
function timeOf(gmt: unknown, own: unknown): number | undefined {
  if (typeof gmt === 'string') return parseInstant(/T[\d:.]+$/.test(gmt) ? `${gmt}Z` : gmt);
  return typeof own === 'string' ? parseInstant(own) : undefined;
}
