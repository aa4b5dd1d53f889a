import { isSigned, isWooPing, type SourceSettings, signatureOf } from '@reprice/sources';
import type { Request } from 'express';
import { authorizationOf, unauthenticated } from '../auth/authenticate.ts';
import { readBytes } from '../http/json-body.ts';
import { Problem } from '../problem/problem.ts';

/** Largest body of a signed request, in bytes: a product of Shopify with 2,000 variants has about 2 MB. */
const maxSignedBytes = 8 * 1_048_576;

/** Whether a request without an API key is looked at: it is signed, or may be WooCommerce's ping. */
export function mayBeKnown(settings: SourceSettings | undefined, req: Request): boolean {
  if (settings === undefined || authorizationOf(req) !== undefined) return false;
  return signatureOf(settings, req.headers) !== undefined || isPing(settings, req);
}

function isPing(settings: SourceSettings, { headers }: Request): boolean {
  return (
    settings.kind === 'woocommerce' &&
    headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true &&
    Number(headers['content-length'] ?? 1000) <= 40
  );
}

/**
 * The body of such a request, once it is certain who sent it; undefined for a ping, which says nothing. Throws `unauthenticated` for any other.
 */
export async function signedBody(settings: SourceSettings, req: Request): Promise<Buffer | undefined> {
  const signature = signatureOf(settings, req.headers);
  const body = await readBytes(req, signature === undefined ? 40 : maxSignedBytes);
  if (signature === undefined) {
    if (isWooPing(body)) return undefined;
    throw unauthenticated(req);
  }
  if (isSigned(settings, body, signature)) return body;
  const detail = 'The signature does not fit the body: is the secret in the config that of this sender?';
  throw new Problem('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer realm="reprice"' } });
}
