import { request } from 'node:http';
import type { ApiKey } from '@reprice/config';
import { beforeAll, describe, expect, test } from 'vitest';
import { apiRoutes } from '../src/app.ts';
import { KeyRing } from '../src/auth/keys.ts';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

/** fetch without our key, and with headers that fetch would not let us set. */
function raw(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  const framed = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const req = request(api.url + path, { method, headers: framed }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (piece) => {
        text += piece;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

async function login(secret: string = secrets.read): Promise<string> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, headers } = await raw('POST', '/login', form, `key=${encodeURIComponent(secret)}`);
  expect(status).toBe(303);
  return String(headers['set-cookie']);
}

describe('a key', () => {
  const routes = apiRoutes({ store: { batches: {} } } as never).filter((route) => route.scope !== 'public');

  test.each([
    ...routes.map(({ method, path, scope }) => [method, path, scope] as const),
    ['GET', '/', 'read'],
    ['GET', '/admin/queues', 'read'],
    ['GET', '/docs', 'read'],
    ['GET', '/metrics', 'read'],
    ['GET', '/nosuch', 'read'],
  ] as const)('is needed for %s %s', async (method, path, scope) => {
    const none = await raw(method, path);
    expect([none.status, none.headers['content-type'], none.headers['www-authenticate']]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
      'Bearer realm="reprice"',
    ]);
    if (scope === 'read') return;
    const weak = await raw(method, path, bearer(secrets.read));
    expect([weak.status, JSON.parse(weak.text).type]).toEqual([403, '/problems/forbidden']);
  });

  test.each([
    ['10 KB', `Bearer ${'x'.repeat(10_000)}`],
    ['another length', 'Bearer x'],
    ['another letter', `Bearer ${secrets.read.slice(0, -1)}x`],
    ['nothing after Bearer', 'Bearer '],
    ['Basic', `Basic ${Buffer.from(`x:${secrets.read}`).toString('base64')}`],
    ['two keys', `Bearer ${secrets.read} ${secrets.write}`],
  ])('that is wrong is 401: %s', async (_, authorization) => {
    const { status, headers } = await raw('GET', '/v1/budget', { authorization });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="reprice", error="invalid_token"']);
  });

  test('in the query is none', async () => {
    expect((await raw('GET', `/v1/budget?api_key=${secrets.read}`)).status).toBe(401);
  });

  test('is found among several of one name, and by its secret alone', () => {
    const keys: ApiKey[] = [
      { name: 'a', scope: 'read', secret: 'old-secret' },
      { name: 'a', scope: 'write', secret: 'new-secret' },
    ];
    const ring = new KeyRing(keys);
    expect(ring.bySecret('old-secret')?.scope).toBe('read');
    expect(ring.bySecret('new-secret')?.scope).toBe('write');
    expect(ring.bySecret('')).toBeUndefined();
    expect(JSON.stringify(ring)).not.toContain('secret');
  });

  test('is in no answer and no log line', async () => {
    await raw('GET', `/v1/nosuch?key=${secrets.admin}`, bearer(secrets.admin));
    await raw('GET', `/v1/batches?${secrets.admin}=1`, bearer(secrets.admin));
    expect(JSON.stringify(api.logged)).not.toContain(secrets.admin);
  });
});

describe('a login', () => {
  test('sets a cookie that scripts cannot read, and opens the board', async () => {
    const cookie = await login();
    expect(cookie).toMatch(/^reprice_session=[^;]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const board = await raw('GET', '/admin/queues', { cookie, accept: 'text/html' });
    expect([board.status, board.headers['x-powered-by']]).toEqual([200, undefined]);
    expect(board.text).toContain('Reprice');
    expect((await raw('GET', '/', { cookie })).text).toContain('<title>Reprice</title>');
    expect((await raw('GET', '/v1/budget', { cookie })).status).toBe(200);
  });

  test('behind https sets a Secure cookie', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-proto': 'https' };
    const { headers } = await raw('POST', '/login', form, `key=${secrets.read}`);
    expect(String(headers['set-cookie'])).toMatch(/; Secure$/);
  });

  test('with a wrong key shows the page again, 401', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, text, headers } = await raw('POST', '/login', form, 'key=wrong&next=%22%3E%3Cscript%3E');
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    expect(text).toContain('This key is not known here.');
    expect(text).not.toContain('<script');
  });

  test.each(['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)', '/ok\r\nx: y'])(
    'never leads to %s',
    async (next) => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const { headers } = await raw('POST', '/login', form, `key=${secrets.read}&next=${encodeURIComponent(next)}`);
      expect(headers.location).toBe('/');
    },
  );

  test('leads back to the page that was asked for', async () => {
    const asked = await raw('GET', '/admin/queues/queue/reprice', { accept: 'text/html' });
    expect([asked.status, asked.text.includes('name="next" value="/admin/queues/queue/reprice"')]).toEqual([401, true]);
    expect(asked.headers['content-security-policy']).not.toContain('unsafe-inline');
  });

  test.each(['/admin/queues', '/'])('page is what a browser gets at %s, a program gets a problem', async (path) => {
    const browser = await raw('GET', path, { accept: 'text/html,application/xhtml+xml' });
    expect([browser.status, browser.headers['content-type']]).toEqual([401, 'text/html; charset=utf-8']);
    const program = await raw('GET', path, { accept: '*/*' });
    expect([program.status, program.headers['content-type']]).toEqual([401, 'application/problem+json; charset=utf-8']);
  });

  test('ends by logging out', async () => {
    expect(String((await raw('POST', '/logout', { cookie: await login() })).headers['set-cookie'])).toContain(
      'Max-Age=0',
    );
  });

  test.each([
    ['other signature', (cookie: string) => cookie.replace(/\.[^.;]+;/, '.AAAA;')],
    ['longer life', (cookie: string) => cookie.replace(/\.(\d+)\./, (_, ms) => `.${Number(ms) + 1}.`)],
    [
      'another name',
      (cookie: string) => cookie.replace(/=[^.]+\./, `=${Buffer.from('adminer').toString('base64url')}.`),
    ],
    ['nothing', () => 'reprice_session='],
    ['10 KB', () => `reprice_session=${'x'.repeat(10_000)}`],
  ])('that is forged is none: %s', async (_, forge) => {
    expect((await raw('GET', '/v1/budget', { cookie: forge(await login()) })).status).toBe(401);
  });
});

describe('a write with a cookie', () => {
  const body = JSON.stringify({ limitUsd: '1' });
  const json = { 'content-type': 'application/json' };

  test('from a page of ours is taken', async () => {
    const cookie = await login(secrets.admin);
    const { host } = new URL(api.url);
    for (const own of [
      { 'sec-fetch-site': 'same-origin' },
      { origin: api.url },
      { 'sec-fetch-site': 'same-origin', origin: `http://${host}` },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
    ]) {
      expect((await raw('PUT', '/v1/budget', { ...json, cookie, ...own }, body)).status).toBe(200);
    }
  });

  test.each<[string, Record<string, string>]>([
    ['cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['same-site', { 'sec-fetch-site': 'same-site', origin: 'https://evil.test' }],
    ['none', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.test' }],
    ['the origin null', { origin: 'null' }],
    ['without either header', {}],
    ['text/plain', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }],
  ])('from elsewhere is refused: %s', async (_, headers) => {
    const cookie = await login(secrets.admin);
    const answer = await raw('PUT', '/v1/budget', { ...json, ...headers, cookie }, body);
    expect([answer.status, JSON.parse(answer.text).type]).toEqual([403, '/problems/csrf']);
  });

  test('may follow a login from the form, as Chromium sends it', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: 'null',
    };
    expect((await raw('POST', '/login', headers, `key=${secrets.admin}`)).status).toBe(303);
  });

  test('cannot be made by a login from elsewhere', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
    expect((await raw('POST', '/login', headers, `key=${secrets.admin}`)).status).toBe(403);
  });
});

describe('the board', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('takes no %s', async (method) => {
    for (const path of [
      '/admin/queues/api/queues/reprice/add',
      '/admin/queues/api/queues/reprice/pause',
      '/admin/queues/api/queues/reprice/empty',
      '/admin/queues',
    ]) {
      const headers = { ...bearer(secrets.admin), 'content-type': 'text/plain' };
      expect((await raw(method, path, headers, '{}')).status).toBe(405);
      expect((await raw(method, path)).status).toBe(401);
    }
  });

  test('shows the queue', async () => {
    const { status, text } = await raw('GET', '/admin/queues/api/queues', bearer(secrets.read));
    expect(status).toBe(200);
    expect(JSON.parse(text).queues).toMatchObject([{ name: 'reprice', readOnlyMode: true }]);
  });

  test('serves its own scripts and styles under its policy', async () => {
    const page = await raw('GET', '/admin/queues', bearer(secrets.read));
    const [script] = /static\/js\/main\.[^"]+/.exec(page.text) ?? [];
    expect((await raw('GET', `/admin/queues/${script}`, bearer(secrets.read))).status).toBe(200);
    expect((await raw('GET', `/admin/queues/${script}`)).status).toBe(401);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  });

  test('tells nothing of what is not there', async () => {
    const { status, text } = await raw('GET', '/admin/queues/api/queues/nosuch', bearer(secrets.read));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/node_modules|\.js:\d/);
  });
});

describe('every answer', () => {
  test('carries the headers of a careful server', async () => {
    for (const [path, headers] of [
      ['/healthz', {}],
      ['/v1/budget', bearer(secrets.read)],
      ['/v1/nosuch', bearer(secrets.read)],
      ['/login', {}],
    ] as const) {
      const answer = await raw('GET', path, headers);
      expect(answer.headers['x-powered-by']).toBeUndefined();
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.headers['content-security-policy']).not.toContain('unsafe-inline');
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('opens nothing to other origins', async () => {
    const answer = await raw('GET', '/v1/budget', { ...bearer(secrets.read), origin: 'https://evil.test' });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect((await raw('OPTIONS', '/v1/budget', { origin: 'https://evil.test' })).status).toBe(401);
  });

  test('goes to hosts of this machine only, while it listens there only', async () => {
    for (const host of ['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test:80']) {
      expect((await raw('GET', '/healthz', { host })).status).toBe(421);
    }
    for (const host of ['localhost', 'localhost:1', '127.0.0.1:8080', '[::1]:8080', 'reprice.localhost']) {
      expect((await raw('GET', '/healthz', { host })).status).toBe(200);
    }
  });

  test('takes over a request id that is one, and replaces any other', async () => {
    expect((await raw('GET', '/healthz', { 'x-request-id': 'trace-1' })).headers['x-request-id']).toBe('trace-1');
    for (const id of ['a b', '{"level":60}', 'x'.repeat(65), '']) {
      expect((await raw('GET', '/healthz', { 'x-request-id': id })).headers['x-request-id']).not.toBe(id);
    }
  });

  test('that is 405 names what is taken', async () => {
    const answer = await raw('DELETE', '/v1/budget', bearer(secrets.admin));
    expect([answer.status, answer.headers.allow, JSON.parse(answer.text).type]).toEqual([
      405,
      'GET, HEAD, PUT',
      '/problems/method-not-allowed',
    ]);
  });

  test('that is 404 is a problem', async () => {
    const answer = await raw('GET', '/v1/nosuch', bearer(secrets.read));
    expect([answer.status, JSON.parse(answer.text).type]).toEqual([404, '/problems/not-found']);
  });

  test('leaves one line in the log, with id, path without query, status and key', async () => {
    const answer = await raw('GET', '/v1/prices/x?skus=hidden', bearer(secrets.read));
    const line = api.logged.find(({ fields }) => fields.requestId === answer.headers['x-request-id']);
    expect(line).toMatchObject({
      message: 'request',
      fields: { method: 'GET', path: '/v1/prices/x', status: 400, key: 'reader' },
    });
  });
});
