import { isIP } from 'node:net';
import { hostOf, isTargetAddress, type ResolveHost, readTargetUrl } from '@reprice/config';
import { Problem } from '../problem/problem.ts';
import { within } from '../within.ts';

/** A resolver that is silent for so long, in ms, is not waited for. */
const RESOLVED_WITHIN_MS = 3000;

const noExceptions = { allowPrivate: false };

/**
 * Refuses a URL that no sink may have, by itself or by any address that its name has now; `webhook-url-forbidden`. It is checked again at each
 * connection, so a name that changes afterwards gains nothing.
 */
export async function requireTarget(text: string, resolve: ResolveHost): Promise<void> {
  const read = readTargetUrl(text, noExceptions);
  if (!read.ok) throw forbidden(`"url" must be ${read.takes}; it has ${read.got}.`);
  const host = hostOf(read.url);
  if (isIP(host) !== 0) return;
  const addresses = await within(RESOLVED_WITHIN_MS, resolve(host), undefined).catch(() => []);
  if (addresses === undefined)
    throw forbidden(`"url" must have a name that can be resolved; ${host} was not within 3 s.`);
  if (addresses.length === 0) throw forbidden(`"url" must have a name that can be resolved; ${host} has no address.`);
  const inside = addresses.find((address) => !isTargetAddress(address, noExceptions));
  if (inside !== undefined)
    throw forbidden(`"url" must be one at a public address of the Internet; ${host} is at ${inside}.`);
}

function forbidden(detail: string): Problem {
  return new Problem('webhook-url-forbidden', detail, { errors: [{ pointer: '/url', code: 'forbidden', detail }] });
}
