import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Request, Response } from 'express';
import { notFound } from '../http/path.ts';
import type { Route } from '../http/route.ts';
import { type StaticDocument, sendStatic, staticDocument } from '../http/static-document.ts';
import { docsPage } from './page.ts';
import { isProblemName, problemPage, problemsPage } from './problem-page.ts';

/** The Content-Security-Policy of the documentation: all from here, no script or style in the page itself. */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const own = path.resolve(import.meta.dirname, '../../docs');
const swagger = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The files that the pages need, by name. */
const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  'docs.css': { file: path.join(own, 'docs.css'), type: 'text/css' },
  'swagger-start.js': { file: path.join(own, 'swagger-start.js'), type: 'text/javascript' },
  'swagger-ui.css': { file: path.join(swagger, 'swagger-ui.css'), type: 'text/css' },
  'swagger-ui-bundle.js': { file: path.join(swagger, 'swagger-ui-bundle.js'), type: 'text/javascript' },
};

const swaggerPage = docsPage(
  'API',
  '/docs',
  `<main id="swagger-ui"></main>
<noscript><p class="text">This page needs JavaScript; the description itself is <a href="/openapi.json">/openapi.json</a>.</p></noscript>`,
  `<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/swagger-start.js" defer></script>
`,
);

/** The pages that explain the API to people: all calls under /docs, and what each problem means under /problems. */
export function docsRoutes(): Route[] {
  const made = new Map<string, StaticDocument>();
  const send = (req: Request, res: Response, name: string, type: string, make: () => string | Buffer): void => {
    const document = made.get(name) ?? staticDocument(type, make());
    made.set(name, document);
    res.setHeader('content-security-policy', docsPolicy);
    sendStatic(req, res, document);
  };
  return [
    {
      method: 'GET',
      path: '/docs',
      scope: 'read',
      handle: (req, res) => send(req, res, 'docs', 'text/html', () => swaggerPage),
    },
    {
      method: 'GET',
      path: '/docs/:file',
      scope: 'read',
      handle(req, res) {
        const name = String(req.params.file);
        const known = Object.hasOwn(files, name) ? files[name] : undefined;
        if (known === undefined) throw notFound('page or call');
        send(req, res, `docs/${name}`, known.type, () => readFileSync(known.file));
      },
    },
    {
      method: 'GET',
      path: '/problems',
      scope: 'read',
      handle: (req, res) => send(req, res, 'problems', 'text/html', problemsPage),
    },
    {
      method: 'GET',
      path: '/problems/:name',
      scope: 'read',
      handle(req, res) {
        const name = String(req.params.name);
        if (!isProblemName(name)) throw notFound('problem');
        send(req, res, `problems/${name}`, 'text/html', () => problemPage(name));
      },
    },
  ];
}
