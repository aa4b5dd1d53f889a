import { createDocument, type ZodOpenApiOverride } from 'zod-openapi';
import manifest from '../../package.json' with { type: 'json' };
import { sessionCookie } from '../auth/session.ts';
import { byPath, type Route } from '../http/route.ts';
import { description, tags } from './introduction.ts';
import { openReplies } from './open-replies.ts';
import { operationObject } from './operation-object.ts';
import { templateOf } from './path-parameters.ts';

/**
 * The OpenAPI 3.1 description of all routes that say what they are about, from the schemas that read their requests. Throws where a call of
 * /v1 says nothing; other paths may be pages for people.
 */
export function openapiDocument(routes: readonly Route[]): ReturnType<typeof createDocument> {
  const paths = [...byPath(routes)].flatMap(([path, here]) => {
    const operations = here.flatMap((route) => {
      const { method, about } = route;
      if (about === undefined && path.startsWith('/v1/'))
        throw new Error(`${method} ${path} says nothing about itself.`);
      return about === undefined ? [] : [[method.toLowerCase(), operationObject(route, about)] as const];
    });
    return operations.length === 0 ? [] : [[templateOf(path), Object.fromEntries(operations)] as const];
  });
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'Reprice', version: manifest.version, description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      tags,
      paths: Object.fromEntries(paths),
      components: {
        schemas: Object.assign({}, ...routes.map((route) => route.about?.schemas ?? {})),
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer <key>`' },
          login: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookie,
            description: 'The cookie of a login at `/login`; writes with it must come from a page of this site',
          },
        },
        headers,
      },
    },
    { override: tidy },
  );
  openReplies(document);
  return document;
}

const text = { type: 'string' as const };

/** Headers that many replies have. */
const headers = {
  RequestId: { description: 'Names the request in the log; a fit `x-request-id` of yours is kept', schema: text },
  RateLimit: {
    description:
      'Requests that this key has left, `r`, and seconds until they are renewed, `t`; absent without a limit',
    schema: text,
    example: '"12000-in-1min"; r=11874; t=31',
  },
  RateLimitPolicy: {
    description: 'Requests that this key may make, `q`, in how many seconds, `w`; absent without a limit',
    schema: text,
    example: '"12000-in-1min"; q=12000; w=60',
  },
};

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
