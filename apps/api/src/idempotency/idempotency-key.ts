import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem/problem.ts';

const header = 'Idempotency-Key';
const takes = '1 to 255 printable ASCII characters';

/** The request's Idempotency-Key, or undefined. Throws an `idempotency-key-invalid` problem for one that cannot be used. */
export function idempotencyKeyOf(req: IncomingMessage): string | undefined {
  const values = req.headersDistinct['idempotency-key'];
  if (values === undefined) return undefined;
  if (values.length > 1) throw invalid(`${header} may stand there once; it stands there ${values.length} times.`);
  const [key = ''] = values;
  if (key === '') throw invalid(`${header} is empty; it takes ${takes}.`);
  if (key.length > 255) throw invalid(`${header} has ${key.length} characters; it takes ${takes}.`);
  if (!/^[\x20-\x7e]+$/.test(key)) throw invalid(`${header} holds a character that is none; it takes ${takes}.`);
  return key;
}

/** What stands for a key in Redis: a hash of it and of the name of the API key that sent it, so that no two API keys share one. */
export function keyHashOf(callerName: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([callerName, key]))
    .digest('base64url');
}

function invalid(detail: string): Problem {
  return new Problem('idempotency-key-invalid', detail, { errors: [{ header, code: 'invalid', detail }] });
}
