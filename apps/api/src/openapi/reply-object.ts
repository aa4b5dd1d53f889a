import type { z } from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { OperationReply } from '../http/operation.ts';
import { problemSchema } from '../schemas/problem.ts';

const everywhere = { 'x-request-id': { $ref: '#/components/headers/RequestId' } };
const whereCounted = {
  ...everywhere,
  ratelimit: { $ref: '#/components/headers/RateLimit' },
  'ratelimit-policy': { $ref: '#/components/headers/RateLimitPolicy' },
};

/** What OpenAPI says of one reply; from 400 on it is a problem unless the reply says otherwise. `isCounted`: against the limit of requests. */
export function replyObject(
  status: number,
  { description, content, headers }: OperationReply,
  isCounted = false,
): ZodOpenApiResponseObject {
  const shown = content ?? (status >= 400 ? { 'application/problem+json': problemSchema } : undefined);
  const own = Object.entries(headers ?? {}).map(([name, tells]) => [
    name,
    { description: tells, schema: { type: 'string' as const } },
  ]);
  return {
    description,
    headers: { ...(isCounted ? whereCounted : everywhere), ...Object.fromEntries(own) },
    ...(shown && { content: contentObject(shown) }),
  };
}

/** Schemas by media type, as OpenAPI writes them. */
export function contentObject(schemas: Readonly<Record<string, z.ZodType>>): Record<string, { schema: z.ZodType }> {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
}
