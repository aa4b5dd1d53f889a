import { beforeAll, describe, expect, test } from 'vitest';
import { problemGuides } from '../src/docs/problem-guides.ts';
import { type ProblemName, problems } from '../src/problem/problem.ts';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api.call(path, { method, headers: { authorization: `Bearer ${secrets.read}`, ...headers } });

const names = Object.keys(problems) as ProblemName[];

describe('/problems', () => {
  test.each(names)('/%s tells what it means, why it comes and what to do', async (name) => {
    const response = await get(`/problems/${name}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const page = await response.text();
    expect(page).toContain(`<h1>${problems[name].title}</h1>`);
    expect(page).toContain('What to do');
    expect(page).toContain(`&quot;status&quot;: ${problems[name].status}`);
    expect(page.replace(/<pre.*<\/pre>/s, '')).not.toMatch(/`|undefined|\]\(/);
  });

  test('lists them all', async () => {
    const page = await (await get('/problems')).text();
    for (const name of names) expect(page).toContain(`<a href="/problems/${name}">`);
    expect(Object.keys(problemGuides).sort()).toEqual([...names].sort());
  });

  test.each(['/problems/nosuch', '/problems/__proto__', '/problems/constructor', '/docs/nosuch.js', '/docs/..%2fx'])(
    'has no page %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  test('are where the type of every problem leads to', async () => {
    const { type } = (await (await get('/v1/batches/nosuch')).json()) as { type: string };
    expect((await get(type)).status).toBe(200);
  });
});

describe('/docs', () => {
  const pages = [
    '/docs',
    '/docs/docs.css',
    '/docs/swagger-start.js',
    '/docs/swagger-ui.css',
    '/docs/swagger-ui-bundle.js',
  ];

  test.each(pages)('%s is sent once, then known', async (path) => {
    const first = await get(path);
    expect(first.status).toBe(200);
    expect(Number(first.headers.get('content-length'))).toBeGreaterThan(0);
    const etag = first.headers.get('etag') ?? '';
    const again = await get(path, { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await get(path, {}, 'HEAD');
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', etag]);
    expect((await get(path, {}, 'POST')).status).toBe(405);
  });

  test('loads nothing from elsewhere and runs nothing that stands in the page', async () => {
    const response = await get('/docs');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-|https?:|\*/);
    const page = await response.text();
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|style=|https?:\/\//);
    const used = [...page.matchAll(/(?:src|href)="(\/(?:docs|problems)[^"]*)"/g)].map(([, path]) => path ?? '');
    for (const path of used) expect([path, (await get(path)).status]).toEqual([path, 200]);
  });

  test('heeds no address of a description in the page’s own', async () => {
    const start = await (await get('/docs/swagger-start.js')).text();
    expect(start).toContain("url: '/openapi.json'");
    expect(start).toContain('queryConfigEnabled: false');
    expect(start).toContain('validatorUrl: null');
  });

  test.each(['/docs', '/docs/swagger-ui.css', '/problems', '/problems/empty', '/openapi.json'])(
    '%s asks a browser to log in, and a program for a key',
    async (path) => {
      const anonymous = { authorization: '', accept: 'text/html' };
      const browser = await get(path, anonymous);
      expect([browser.status, browser.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
      expect(await browser.text()).toContain('name="key"');
      const program = await get(path, { authorization: '', accept: '*/*' });
      expect([program.status, program.headers.get('content-type')]).toEqual([
        401,
        'application/problem+json; charset=utf-8',
      ]);
    },
  );
});
