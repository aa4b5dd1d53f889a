import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyRecord, KeyRing } from './keys.ts';

/** The cookie that a login sets. */
export const sessionCookie = 'reprice_session';

/** How long a login lasts. */
export const sessionMs = 12 * 60 * 60 * 1000;

/**
 * Makes the cookie's value: `<name>.<expiry>.<signature>`. No state is kept: the signature is an HMAC under the hash of
 * the key itself, so that removing or changing the key logs its sessions out, on every API process.
 */
export function issueSession(key: KeyRecord, nowMs: number): string {
  const name = Buffer.from(key.name).toString('base64url');
  const expiresMs = nowMs + sessionMs;
  return `${name}.${expiresMs}.${sign(key, name, String(expiresMs)).toString('base64url')}`;
}

/** The key whose login this cookie value is, or undefined if it is forged, has run out, or its key is gone. */
export function readSession(value: string, keys: KeyRing, nowMs: number): KeyRecord | undefined {
  const [name, expires, signature, more] = value.split('.');
  if (name === undefined || expires === undefined || signature === undefined || more !== undefined) return undefined;
  if (!/^\d{1,15}$/.test(expires) || Number(expires) <= nowMs) return undefined;
  const given = Buffer.from(signature, 'base64url');
  let found: KeyRecord | undefined;
  for (const key of keys.byName(Buffer.from(name, 'base64url').toString())) {
    const expected = sign(key, name, expires);
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = key;
  }
  return found;
}

/** The value of the cookie `name` in a Cookie header, or undefined. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const equals = part.indexOf('=');
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** A Set-Cookie header for the session; an empty value with `maxAgeS` 0 logs out. `secure` when the page came by https. */
export function sessionCookieHeader(value: string, maxAgeS: number, secure: boolean): string {
  return `${sessionCookie}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

function sign(key: KeyRecord, name: string, expires: string): Buffer {
  return createHmac('sha256', key.hash).update(`reprice session\n${name}\n${expires}`).digest();
}
