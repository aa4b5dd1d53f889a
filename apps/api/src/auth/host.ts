import { isIP } from 'node:net';
import { isLoopback } from '@reprice/config';
import type { RequestHandler } from 'express';
import { Problem } from '../problem/problem.ts';

/**
 * Refuses requests of HTTP/1.1 without Host, and, while the API listens on loopback, foreign Host names: a page of
 * `evil.test` whose name was rebound to 127.0.0.1 sends its own name. Addresses and `localhost` pass. On other addresses any name passes, since there names
 * are the rule; no cookie of ours goes to a foreign name, and everything needs a key.
 */
export function hostGuard(listensOn: string): RequestHandler {
  const localOnly = isLoopback(listensOn);
  return (req, _res, next) => {
    if (req.headers.host === undefined && req.httpVersion === '1.1') {
      next(new Problem('malformed-request', 'The Host header is missing.', { headers: { connection: 'close' } }));
      return;
    }
    if (!localOnly) {
      next();
      return;
    }
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
