import { doors, filled, ownRoutes } from '../routes.ts';
import { type Stand, secrets } from '../stand.ts';
import { Broken, type Check, noneOf } from './check.ts';

/** Logs in with a key and gives the Set-Cookie header. */
export async function login(stand: Stand, secret: string, headers: Record<string, string> = {}): Promise<string> {
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const answer = await stand.call('none', { method: 'POST', path: '/login', headers: form, body: `key=${secret}` });
  if (answer.status !== 303) throw new Broken(`the login answers ${answer.status}`);
  return answer.headers['set-cookie'] ?? '';
}

/** Requests that another site can make a browser send. */
const foreign: readonly (readonly [string, Record<string, string>])[] = [
  ['cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
  ['same-site', { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }],
  ['by a bookmark', { 'sec-fetch-site': 'none' }],
  ['another origin', { origin: 'https://evil.test' }],
  ['the origin null', { origin: 'null' }],
  ['neither header', {}],
  ['text/plain', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }],
];

export const browsers: readonly Check[] = [
  {
    id: 'S3',
    what: 'No request of another site writes with a login (CSRF)',
    how: 'every route that writes, with an admin cookie, as other sites can make a browser send it → 403; the cookie HttpOnly, SameSite=Strict, Secure behind https; no Basic',
    async run(stand) {
      const set = await login(stand, secrets.admin);
      if (!/; HttpOnly; SameSite=Strict$/.test(set)) throw new Broken(`the cookie is ${set}`);
      const https = await login(stand, secrets.read, { 'x-forwarded-proto': 'https' });
      if (!https.endsWith('; Secure')) throw new Broken(`behind https the cookie is ${https}`);
      const cookie = set.split(';')[0] as string;
      const writes = ownRoutes().filter(({ method, scope }) => method !== 'GET' && scope !== 'public');
      const faults: string[] = [];
      for (const { method, path } of writes) {
        for (const [name, headers] of foreign) {
          const fields = { 'content-type': 'application/json', ...headers, cookie };
          for (const body of ['{}', undefined]) {
            const answer = await stand.call('none', {
              method,
              path: filled(path),
              headers: fields,
              ...(body !== undefined && { body }),
            });
            if (answer.status !== 403 || !answer.body.includes('/problems/csrf'))
              faults.push(`${method} ${path}, ${name}: ${answer.status}`);
          }
        }
        const authorization = `Basic ${Buffer.from(`x:${secrets.admin}`).toString('base64')}`;
        const basic = await stand.call('none', { method, path: filled(path), headers: { authorization } });
        if (basic.status !== 401) faults.push(`${method} ${path} by Basic: ${basic.status}`);
      }
      const foreignLogin = await stand.call('none', {
        method: 'POST',
        path: '/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
        body: `key=${secrets.read}`,
      });
      if (foreignLogin.status !== 403) faults.push(`a login from elsewhere: ${foreignLogin.status}`);
      noneOf(faults);
      return `${writes.length} routes × ${foreign.length} ways × with and without a body`;
    },
  },
  {
    id: 'S4',
    what: 'A foreign name that points here is refused (DNS rebinding)',
    how: 'every route with Host: evil.test and the right key → 421; listens on 127.0.0.1 unless told otherwise',
    async run(stand) {
      if (new URL(stand.url).hostname !== '127.0.0.1') throw new Broken(`listens on ${stand.url}`);
      const faults: string[] = [];
      const paths = [...new Set(doors().map(({ path }) => filled(path)))];
      for (const path of paths)
        for (const host of ['evil.test', '127.0.0.1.evil.test', 'localhost.evil.test:8080']) {
          const { status } = await stand.call('admin', { path, headers: { host } });
          if (status !== 421) faults.push(`${path} of ${host}: ${status}`);
        }
      noneOf(faults);
      return `${paths.length} paths × 3 names: 421 each`;
    },
  },
  {
    id: 'S5',
    what: 'Nothing is open to other origins (CORS)',
    how: 'every route with Origin: https://evil, and preflights of all → no Access-Control-Allow-*',
    async run(stand) {
      const faults: string[] = [];
      const paths = [...new Set(doors().map(({ path }) => filled(path)))];
      for (const path of paths)
        for (const method of ['HEAD', 'OPTIONS']) {
          const headers = {
            origin: 'https://evil.test',
            'access-control-request-method': 'PUT',
            'access-control-request-headers': 'authorization',
          };
          const answer = await stand.call(method === 'HEAD' ? 'admin' : 'none', { method, path, headers });
          const opened = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
          if (opened.length > 0) faults.push(`${method} ${path}: ${opened}`);
        }
      noneOf(faults);
      return `${paths.length} paths`;
    },
  },
  {
    id: 'S6',
    what: 'Headers of a careful server on every answer',
    how: 'every route as admin and without a key: a CSP that lets no inline script run and nobody frame us, nosniff, no X-Powered-By, no Server',
    async run(stand) {
      const faults: string[] = [];
      const paths = [...new Set(doors().map(({ path }) => filled(path))), '/nosuch', '/login', '/a%00b'];
      for (const path of paths)
        for (const who of ['admin', 'none'] as const) {
          const { headers } = await stand.call(who, { method: 'HEAD', path, headers: { accept: 'text/html' } });
          faults.push(...headerFaults(headers, path).map((fault) => `${path}: ${fault}`));
        }
      noneOf(faults);
      return `${paths.length} paths × 2 callers; Bull Board alone may have inline styles`;
    },
  },
];

function headerFaults(headers: Readonly<Record<string, string>>, path: string): string[] {
  const policy = headers['content-security-policy'] ?? '';
  const directives = new Map(policy.split(';').map((part) => [part.trim().split(' ')[0], part] as const));
  const scripts = directives.get('script-src') ?? directives.get('default-src') ?? 'unsafe';
  const styles = directives.get('style-src') ?? directives.get('default-src') ?? 'unsafe';
  return [
    ...(/unsafe|\*|https?:|data:/.test(scripts) ? [`scripts: ${scripts}`] : []),
    ...(/unsafe/.test(styles) && !path.startsWith('/admin/queues') ? [`styles: ${styles}`] : []),
    ...(directives.get('frame-ancestors')?.includes("'none'") ? [] : ['frame-ancestors']),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['X-Content-Type-Options']),
    ...['x-powered-by', 'server'].filter((name) => headers[name] !== undefined),
  ];
}
