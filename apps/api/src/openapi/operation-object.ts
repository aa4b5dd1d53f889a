import { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { Operation } from '../http/operation.ts';
import type { Route } from '../http/route.ts';
import { generalReplies, isCounted } from './general-replies.ts';
import { pathParameters } from './path-parameters.ts';
import { contentObject, replyObject } from './reply-object.ts';

/** What OpenAPI says of one route. */
export function operationObject(route: Route, about: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, query, headers, body } = about;
  const path = pathParameters(route.path);
  const isPublic = route.scope === 'public';
  const needs = isPublic ? 'Needs no key.' : `Needs a key of scope \`${route.scope}\`.`;
  const counted = isCounted(route);
  const own = Object.entries(about.replies).map(([status, reply]) => [
    status,
    replyObject(Number(status), reply, counted),
  ]);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: description === undefined ? needs : `${description}\n\n${needs}`,
    'x-scope': route.scope,
    security: isPublic ? [] : [{ bearer: [route.scope] }, { login: [route.scope] }],
    requestParams: {
      ...(path && { path }),
      ...(query && { query: z.object(query) }),
      ...(headers && { header: z.object(headers) }),
    },
    ...(body && { requestBody: { required: about.bodyOptional !== true, content: contentObject(body) } }),
    responses: { ...generalReplies(route), ...Object.fromEntries(own) },
  };
}
