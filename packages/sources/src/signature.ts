import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SourceSettings } from './settings.ts';
import { sourceSecrets } from './settings.ts';

/** Request headers by lower-case name. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const headerOf = { shopify: 'x-shopify-hmac-sha256', woocommerce: 'x-wc-webhook-signature' } as const;

/** The signature that a request of this source brings; undefined if it brings none, or none can be checked. */
export function signatureOf(settings: SourceSettings, headers: Headers): string | undefined {
  if (sourceSecrets(settings).length === 0) return undefined;
  if (settings.kind !== 'shopify' && settings.kind !== 'woocommerce') return undefined;
  const value = headers[headerOf[settings.kind]];
  return typeof value === 'string' ? value.trim() : undefined;
}

/**
 * Whether the signature is that of the raw body with one of the source's secrets: base64 of HMAC-SHA256, as Shopify and WooCommerce send it. Takes the
 * same time whichever secret fits, or none.
 */
export function isSigned(settings: SourceSettings, body: Uint8Array, signature: string): boolean {
  const given = Buffer.from(signature);
  let fits = false;
  for (const secret of sourceSecrets(settings)) {
    // As text: decoding would let pass what only begins with a signature.
    const own = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'));
    if (given.length === own.length && timingSafeEqual(given, own)) fits = true;
  }
  return fits;
}

/** The value of a header, where it stands once. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
