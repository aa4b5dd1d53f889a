import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';
import { isHeld } from './etag.ts';

/** A document that stays the same as long as this process runs. */
export interface StaticDocument {
  /** Media type. */
  readonly type: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
  /** Weak, since it stands for the document packed or not. */
  readonly etag: string;
}

/** Makes a document of its content. */
export function staticDocument(type: string, content: string | Buffer): StaticDocument {
  const body = Buffer.from(content);
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  return { type: /^text\/|json$/.test(type) ? `${type}; charset=utf-8` : type, body, gzip: gzipSync(body), etag };
}

/**
 * Sends a document: 304 without it where the client has it already. A browser asks each time, since the next release may bring another, and
 * no shared cache keeps it, since it takes a key to see it.
 */
export function sendStatic(req: Request, res: Response, { type, body, gzip, etag }: StaticDocument): void {
  res.setHeader('etag', etag);
  res.setHeader('cache-control', 'private, no-cache');
  res.setHeader('vary', 'accept-encoding, authorization, cookie');
  if (isHeld(req.headers['if-none-match'], etag)) {
    res.status(304).end();
    return;
  }
  const packed = req.acceptsEncodings('gzip', 'identity') === 'gzip';
  const bytes = packed ? gzip : body;
  if (packed) res.setHeader('content-encoding', 'gzip');
  res.setHeader('content-type', type);
  res.setHeader('content-length', bytes.length);
  res.status(200).end(req.method === 'HEAD' ? undefined : bytes);
}
