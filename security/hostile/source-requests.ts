import { createHmac } from 'node:crypto';
import type { Answer, Parts } from '../raw-http.ts';
import type { Json, Stand } from '../stand.ts';
import type { HostileCase } from './hostile-case.ts';

/** What the stand's Shopify and WooCommerce sign with. */
export const sourceSecrets = { shop: 'marker-shopify-61c0f2d7ab', woo: 'marker-woo-d2a94e07c5' } as const;

/** `sources` of the stand's config file: one of each kind. */
export const sourcesOfStand = {
  shop: { kind: 'shopify', secret: sourceSecrets.shop, currency: 'EUR' },
  woo: { kind: 'woocommerce', secret: sourceSecrets.woo, currency: 'EUR' },
  amazon: { kind: 'amazon', skus: { B00HOSTILE1: 'seen' } },
  google: { kind: 'google-merchant' },
  own: { kind: 'json', fields: { sku: '/id', stock: '/n', price: '/p', observedAt: '/t' }, currency: 'EUR' },
} as const;

const headerOf = { shop: 'x-shopify-hmac-sha256', woo: 'x-wc-webhook-signature' } as const;

/** The signature that a sender makes over a body. */
export function signatureOf(body: string | Buffer, source: 'shop' | 'woo' = 'shop', secret?: string): string {
  return createHmac('sha256', secret ?? sourceSecrets[source])
    .update(body)
    .digest('base64');
}

/** What a shop sends, without a key, under this signature; its own unless told. */
export function webhook(
  body: string | Buffer,
  {
    source = 'shop',
    signature,
    headers = {},
  }: {
    source?: 'shop' | 'woo';
    signature?: string | readonly string[];
    headers?: Record<string, string>;
  } = {},
): Parts {
  const signed = { [headerOf[source]]: signature ?? signatureOf(body, source) };
  const path = `/v1/sources/${source}`;
  return { method: 'POST', path, headers: { 'content-type': 'application/json', ...signed, ...headers }, body };
}

/** What somebody with a key sends to a source. */
export function toSource(source: string, body: string | Buffer, type = 'application/json'): Parts {
  return { method: 'POST', path: `/v1/sources/${source}`, headers: { 'content-type': type }, body };
}

/** JSON with numbers that no value of JavaScript writes: 1e400 in place of Infinity. */
export function jsonOf(payload: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.stringify(payload, (_, value: unknown) =>
    value === Number.POSITIVE_INFINITY ? rawJSON('1e400') : value,
  );
}

/** JSON payloads, one a line. */
export function linesTo(source: string, payloads: readonly unknown[]): Parts {
  const lines = payloads.map((one) => (typeof one === 'string' ? one : jsonOf(one)));
  return toSource(source, lines.join('\n'), 'application/x-ndjson');
}

/** `products/update` with one variant. */
export function productOf(sku: unknown, more: object = {}, variant: object = {}): Record<string, unknown> {
  const updated_at = '2026-11-20T12:00:00Z';
  const variants = [{ sku, price: '10.00', updated_at, inventory_item_id: 7001, inventory_quantity: 3, ...variant }];
  return { id: 1, title: 'T', updated_at, variants, ...more };
}

/** That so many were taken (or were stale) and so many put aside; and nothing else. */
export function read(taken: number, quarantined: number): NonNullable<HostileCase['holds']> {
  return (answer: Answer) => {
    const told = JSON.parse(answer.body) as Json;
    const isRight = Number(told.accepted) + Number(told.stale) === taken && told.quarantined === quarantined;
    return isRight ? undefined : `instead of ${taken} and ${quarantined}: ${answer.body.slice(0, 400)}`;
  };
}

/** That nothing became known of a SKU. */
export const forgedSku = 'FORGED-1';
export async function nothingKnown(_: Answer, stand: Stand): Promise<string | undefined> {
  const { body } = await stand.json('write', 'POST', '/v1/observations', { items: [{ sku: forgedSku, stock: 1 }] });
  return body.rejected === 1 ? undefined : `${forgedSku} became known`;
}
