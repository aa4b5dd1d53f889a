import { z } from 'zod';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { type StaticDocument, sendStatic, staticDocument } from '../http/static-document.ts';
import { openapiDocument } from './document.ts';

/** The description of `routes` and of itself, as a document for programs. */
export function openapiRoutes(routes: readonly Route[]): Route[] {
  let document: StaticDocument | undefined;
  const own: Route = {
    method: 'GET',
    path: '/openapi.json',
    scope: 'read',
    about: {
      id: 'getOpenApi',
      tag: 'service',
      summary: 'This description, as OpenAPI 3.1',
      replies: {
        200: {
          description: 'The description.',
          content: { 'application/json': z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }) },
          headers: { etag: 'For `If-None-Match`' },
        },
        304: { description: 'The client has it already.' },
      },
    },
    handle(req, res) {
      readQuery(req, {});
      document ??= staticDocument('application/json', JSON.stringify(openapiDocument([...routes, own])));
      sendStatic(req, res, document);
    },
  };
  return [own];
}
