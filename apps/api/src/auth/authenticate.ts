import type { Scope } from '@reprice/config';
import type { Request, RequestHandler, Response } from 'express';
import { Problem } from '../problem/problem.ts';
import { allows, type Caller, type KeyRing } from './keys.ts';
import { isSameOrigin } from './same-site.ts';
import { cookieValue, readSession, sessionCookie } from './session.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a request says in Authorization; undefined where it has no such header, or an empty one. */
export function authorizationOf({ headers }: Request): string | undefined {
  return headers.authorization?.trim() || undefined;
}

/** Who makes this request: by bearer key, else by the cookie of a login. Undefined if by neither. */
export function identify(req: Request, keys: KeyRing, nowMs: number): Caller | undefined {
  const header = authorizationOf(req);
  if (header !== undefined) {
    const secret = /^Bearer +(\S+) *$/i.exec(header)?.[1];
    const key = secret === undefined ? undefined : keys.bySecret(secret);
    return key && { name: key.name, scope: key.scope, via: 'bearer' };
  }
  const session = cookieValue(req.headers.cookie, sessionCookie);
  const key = session === undefined ? undefined : readSession(session, keys, nowMs);
  return key && { name: key.name, scope: key.scope, via: 'cookie' };
}

/** The answer to a request without a usable key. */
export function unauthenticated(req: Request): Problem {
  const header = authorizationOf(req);
  const detail =
    header === undefined
      ? 'Send a key as `Authorization: Bearer <key>`.'
      : 'The key is not known here, or not sent as `Authorization: Bearer <key>`.';
  const challenge = header === undefined ? 'Bearer realm="reprice"' : 'Bearer realm="reprice", error="invalid_token"';
  return new Problem('unauthenticated', detail, { headers: { 'www-authenticate': challenge } });
}

/**
 * Middleware: lets a request pass whose caller has the scope, and keeps the caller in `res.locals.caller`. Writes that
 * lean on a cookie must come from our own pages. `otherwise` answers those without a key (default: 401 problem).
 */
export function requireScope(
  keys: KeyRing,
  scope: Scope,
  clock: () => number,
  otherwise?: (req: Request, res: Response) => void,
): RequestHandler {
  return (req, res, next) => {
    const caller = identify(req, keys, clock());
    if (caller === undefined) {
      if (otherwise === undefined) throw unauthenticated(req);
      otherwise(req, res);
      return;
    }
    res.locals.caller = caller;
    if (caller.via === 'cookie' && !safeMethods.has(req.method) && !isSameOrigin(req)) {
      throw new Problem('csrf', 'A write that uses a login must come from a page of this site.');
    }
    if (!allows(caller.scope, scope)) {
      throw new Problem('forbidden', `This needs a key of scope ${scope}; the key has ${caller.scope}.`);
    }
    next();
  };
}
