import { isIP } from 'node:net';
import { isLoopback } from '@reprice/config';
import type { RequestHandler } from 'express';
import { Problem } from '../problem/problem.ts';

/**
 * Refuses foreign Host names while the API listens on loopback: a page of `evil.test` whose name was rebound to
 * 127.0.0.1 sends its own name. Addresses and `localhost` pass. On other addresses any name passes, since there names
 * are the rule; no cookie of ours goes to a foreign name, and everything needs a key.
 */
export function hostGuard(listensOn: string): RequestHandler {
  if (!isLoopback(listensOn)) return (_req, _res, next) => next();
  return (req, _res, next) => {
    const name = (req.headers.host ?? '')
      .replace(/:\d*$/, '')
      .replace(/^\[|\]$/g, '')
      .toLowerCase();
    if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) next();
    else {
      next(
        new Problem(
          'misdirected',
          'This API listens on the local machine only and answers to localhost; a proxy in front must send that as Host, or HOST be set to another address.',
        ),
      );
    }
  };
}
