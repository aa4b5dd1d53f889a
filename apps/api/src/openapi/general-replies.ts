import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { OperationReply } from '../http/operation.ts';
import type { Route } from '../http/route.ts';
import { replyObject } from './reply-object.ts';

const retryAfter = { 'retry-after': 'Seconds after which it is worth trying again' };

/** A reply that many operations may give; it becomes a component of the document. */
function shared(id: string, status: number, reply: OperationReply): ZodOpenApiResponseObject {
  return { id, ...replyObject(status, reply) };
}

const invalid = shared('Invalid', 400, {
  description: 'The query, the path or the body is not valid; the problem names each fault.',
});
const unauthenticated = shared('Unauthenticated', 401, {
  description: 'No key, or one that is not known here.',
  headers: { 'www-authenticate': 'The scheme by which a key is sent' },
});
const forbidden = shared('Forbidden', 403, {
  description: 'The key has not the scope that is needed. Or: a write that leans on a login came from another site.',
});
const notFound = shared('NotFound', 404, { description: 'There is no such thing.' });
const tooSlow = shared('TooSlow', 408, { description: 'The body came too slowly.' });
const tooLarge = shared('TooLarge', 413, { description: 'The body is too large.' });
const wrongFormat = shared('WrongFormat', 415, {
  description: 'The body has a format, an encoding or a charset that is not taken.',
});
const tooManyRequests = shared('TooManyRequests', 429, {
  description: 'This key made too many requests.',
  headers: retryAfter,
});
const internal = shared('Internal', 500, {
  description: 'A fault of ours; the log has its cause under the request id.',
});
const unavailable = shared('Unavailable', 503, {
  description: 'Redis does not answer or takes no writes, or the queue is full; nothing of the request was accepted.',
  headers: retryAfter,
});

/** The replies that an operation may give whatever it does: they follow from its scope, its path and its body. */
export function generalReplies(route: Route): Record<number, ZodOpenApiResponseObject> {
  return {
    400: invalid,
    500: internal,
    ...(route.scope !== 'public' && { 401: unauthenticated, 403: forbidden, 503: unavailable }),
    ...(isCounted(route) && { 429: tooManyRequests }),
    ...(route.path.includes(':') && { 404: notFound }),
    ...(route.about?.body !== undefined && { 408: tooSlow, 413: tooLarge, 415: wrongFormat }),
  };
}

/** Whether requests of it count against API_RATE_LIMIT_RPM. */
export function isCounted({ path, scope }: Route): boolean {
  return scope !== 'public' && path.startsWith('/v1/');
}
