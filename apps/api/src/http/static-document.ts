import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** A document that stays the same as long as this process runs. */
export interface StaticDocument {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** Makes a document of its content. */
export function staticDocument(type: string, content: string | Buffer): StaticDocument {
  const body = Buffer.from(content);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  return { type, body, etag };
}

/**
 * Sends a document: 304 without it where the client has it already. A browser asks each time, since the next release may bring another, and
 * no shared cache keeps it, since it takes a key to see it.
 */
export function sendStatic(req: Request, res: Response, { type, body, etag }: StaticDocument): void {
  res.setHeader('etag', etag);
  res.setHeader('cache-control', 'private, no-cache');
  res.setHeader('vary', 'authorization, cookie');
  // Not req.fresh, which heeds the no-cache that fetch() puts beside an If-None-Match, as if that were meant for us.
  if (names(req.headers['if-none-match'], etag)) res.status(304).end();
  else res.status(200).type(type).send(body);
}

/** Whether an `If-None-Match` header names this strong ETag. */
function names(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
