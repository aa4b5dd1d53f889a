import { createDocument, type ZodOpenApiOverride } from 'zod-openapi';
import manifest from '../../package.json' with { type: 'json' };
import { sessionCookie } from '../auth/session.ts';
import { byPath, type Route } from '../http/route.ts';
import { description, tags } from './introduction.ts';
import { operationObject } from './operation-object.ts';
import { templateOf } from './path-parameters.ts';

/** The OpenAPI 3.1 description of all routes that say what they are about, from the schemas that read their requests. */
export function openapiDocument(routes: readonly Route[]): ReturnType<typeof createDocument> {
  const paths = [...byPath(routes)].flatMap(([path, here]) => {
    const operations = here.flatMap((route) =>
      route.about === undefined ? [] : [[route.method.toLowerCase(), operationObject(route, route.about)] as const],
    );
    return operations.length === 0 ? [] : [[templateOf(path), Object.fromEntries(operations)] as const];
  });
  return createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'Reprice', version: manifest.version, description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      tags,
      paths: Object.fromEntries(paths),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer <key>`' },
          login: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookie,
            description: 'The cookie of a login at `/login`; writes with it must come from a page of this site',
          },
        },
        headers: {
          RequestId: {
            description: 'Names the request in the log; a fit `x-request-id` of yours is kept',
            schema: { type: 'string' },
          },
        },
      },
    },
    { override: tidy },
  );
}

/** Takes out what zod adds for itself, and writes examples the way of JSON Schema. */
const tidy: ZodOpenApiOverride = ({ jsonSchema }) => {
  if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.example !== undefined) {
    jsonSchema.examples = [jsonSchema.example];
    delete jsonSchema.example;
  }
};
