import type { Request, Response } from 'express';
import { unauthenticated } from '../auth/authenticate.ts';
import { isCrossSite } from '../auth/same-site.ts';
import { issueSession, sessionCookieHeader, sessionMs } from '../auth/session.ts';
import type { ApiDeps } from '../deps.ts';
import { readBytes } from '../http/json-body.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/respond.ts';
import { loginPage, loginPolicy, safeNext } from './login-page.ts';

/** Largest login form, in bytes. */
const maxFormBytes = 16_384;

const wrongKey =
  'This key is not known here. Copy all of it, without quotes: npm start keeps its key in .data/api-key, elsewhere the keys stand in API_KEYS of the API.';

/** Logging a browser in and out, with an API key. */
export function loginRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/login',
      scope: 'public',
      handle(req, res) {
        sendLoginPage(res, 200, safeNext(new URL(req.url, 'http://login').searchParams.get('next')));
      },
    },
    {
      method: 'POST',
      path: '/login',
      scope: 'public',
      async handle(req, res) {
        if (isCrossSite(req)) throw new Problem('csrf', 'The login form must be sent from this site.');
        const form = await readForm(req);
        const next = safeNext(form.get('next'));
        const key = deps.keys.bySecret((form.get('key') ?? '').trim());
        if (key === undefined) {
          sendLoginPage(res, 401, next, wrongKey);
          return;
        }
        res.setHeader(
          'set-cookie',
          sessionCookieHeader(issueSession(key, deps.clock()), sessionMs / 1000, isHttps(req)),
        );
        res.redirect(303, next);
      },
    },
    { method: 'GET', path: '/logout', scope: 'public', handle: logout },
    { method: 'POST', path: '/logout', scope: 'public', handle: logout },
  ];
}

/** Answers a request without a key: a browser gets the login page, a program a problem; both 401. */
export function sendLogin(req: Request, res: Response): void {
  if (/\btext\/html\b/.test(req.headers.accept ?? '')) sendLoginPage(res, 401, safeNext(req.originalUrl));
  else sendProblem(req, res, unauthenticated(req));
}

function sendLoginPage(res: Response, status: number, next: string, message?: string): void {
  res.setHeader('content-security-policy', loginPolicy);
  res.setHeader('cache-control', 'no-store');
  if (status === 401) res.setHeader('www-authenticate', 'Bearer realm="reprice"');
  res.status(status).type('html').send(loginPage(next, message));
}

function logout(req: Request, res: Response): void {
  // An address that was typed or kept as a bookmark comes with `none`.
  if (req.headers['sec-fetch-site'] !== 'none' && isCrossSite(req))
    throw new Problem('csrf', 'Another site cannot log you out.');
  res.setHeader('set-cookie', sessionCookieHeader('', 0, isHttps(req)));
  res.redirect(303, '/login');
}

async function readForm(req: Request): Promise<URLSearchParams> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Problem(
      'unsupported-media-type',
      'The login takes application/x-www-form-urlencoded with the field "key".',
    );
  }
  return new URLSearchParams((await readBytes(req, maxFormBytes)).toString('utf8'));
}

/** Whether the browser came by https, itself or through a proxy: then its cookie must not travel in the clear. */
function isHttps(req: Request): boolean {
  return req.secure || req.headers['x-forwarded-proto'] === 'https';
}
