import type { IncomingMessage } from 'node:http';

/**
 * Whether a browser's request comes from a page of this very origin. Browsers set `Sec-Fetch-Site` and scripts cannot;
 * where it is missing (old browsers, plain http on a name) the `Origin` must name our host. With neither it is refused:
 * a program has no need of cookies. A form on a page that sends no referrer comes with `Origin: null`, which then says nothing.
 */
export function isSameOrigin(req: IncomingMessage): boolean {
  const site = req.headers['sec-fetch-site'];
  const origin = req.headers.origin;
  if (site !== undefined && site !== 'same-origin') return false;
  if (site === 'same-origin' && origin === 'null') return true;
  if (origin !== undefined) return hostOf(origin) === req.headers.host?.toLowerCase();
  return site === 'same-origin';
}

/** As isSameOrigin, but lets programs through, which send neither header: for the login form itself. */
export function isCrossSite(req: IncomingMessage): boolean {
  const silent = req.headers['sec-fetch-site'] === undefined && req.headers.origin === undefined;
  return !silent && !isSameOrigin(req);
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
