import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import type { Operation, OperationReply } from './operation.ts';

/** The request header that {@link sendTagged} looks at. */
const tagHeaders = {
  'if-none-match': z
    .string()
    .optional()
    .meta({ description: 'The ETag of an earlier answer; 304 without a body if nothing has changed since' }),
};

/** What /openapi.json tells of an operation whose answer {@link sendTagged} sends. */
export function tagged(about: Operation): Operation {
  const { 200: ok, ...others } = about.replies as Record<number, OperationReply>;
  const etag = { etag: 'Changes when the answer does; to be sent back as If-None-Match' };
  const replies = {
    ...(ok && { 200: { ...ok, headers: { ...ok.headers, ...etag } } }),
    304: { description: 'Nothing has changed since the answer with this ETag.', headers: etag },
    ...others,
  };
  return { ...about, headers: { ...about.headers, ...tagHeaders }, replies };
}

/**
 * Sends JSON with a strong ETag of its bytes; 304 without a body to a client whose If-None-Match names it. Caches may keep the answer for
 * that client and ask each time whether it still holds.
 */
export function sendTagged(res: Response, body: object): void {
  const text = JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  res.set({ etag: tag, 'cache-control': 'private, no-cache' });
  if (isHeld(res.req.headers['if-none-match'], tag)) res.status(304).end();
  else res.type('application/json').send(text);
}

/**
 * Whether an If-None-Match header names this ETag, weak or strong. Not what Express does by itself: it takes `Cache-Control: no-cache`, which
 * fetch() adds to such a request, for a wish to have all anew.
 */
export function isHeld(header: string | undefined, etag: string): boolean {
  const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() === '*' || weak(one) === weak(etag));
}
