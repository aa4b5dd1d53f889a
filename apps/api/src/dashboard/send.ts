import type { Request, Response } from 'express';
import { notFound } from '../http/path.ts';
import { type Asset, dashboard } from './assets.ts';

/** The Content-Security-Policy of the dashboard: nothing from elsewhere, nothing inline, no text ever taken for markup. */
const dashboardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Sends the page; the browser asks each time whether it changed. */
export async function sendDashboard(req: Request, res: Response): Promise<void> {
  const { page, hash } = await dashboard();
  const tag = `"${hash}"`;
  res.setHeader('content-security-policy', dashboardPolicy);
  res.setHeader('cache-control', 'private, no-cache');
  res.setHeader('etag', tag);
  if (req.headers['if-none-match'] === tag) res.status(304).end();
  else send(req, res, page);
}

/** Sends a file of the page. One that another version of the page asks for is a 404: versions do not mix. */
export async function sendAsset(req: Request, res: Response): Promise<void> {
  const { hash, files } = await dashboard();
  const file = req.params.hash === hash ? files.get(String(req.params.name)) : undefined;
  if (file === undefined) throw notFound('file of the dashboard');
  res.setHeader('cache-control', 'private, max-age=31536000, immutable');
  send(req, res, file);
}

function send(req: Request, res: Response, { type, plain, gzip, br }: Asset): void {
  const encoding = (['br', 'gzip'] as const).find((name) => req.acceptsEncodings(name) === name);
  const body = encoding === undefined ? plain : { br, gzip }[encoding];
  if (encoding !== undefined) res.setHeader('content-encoding', encoding);
  res.setHeader('vary', 'accept-encoding');
  res.setHeader('content-type', type);
  res.setHeader('content-length', body.length);
  res.end(req.method === 'HEAD' ? undefined : body);
}
