import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let html: string;
/** The files that the page names, by name. */
let files: Map<string, string>;

beforeAll(async () => {
  api = await startApiUnderTest();
  html = await (await api.call('/')).text();
  const paths = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] as string);
  files = new Map(
    await Promise.all(
      [...new Set(paths)].map(
        async (path) => [path.split('/').at(-1) as string, await (await api.call(path)).text()] as const,
      ),
    ),
  );
});

describe('the page', () => {
  test('lets nothing in from elsewhere, and nothing inline', async () => {
    const { headers } = await api.call('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|https?:/i);
  });

  test('is asked for each time, and sent only when it changed', async () => {
    const first = await api.call('/');
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const etag = first.headers.get('etag') ?? '';
    const again = await api.call('/', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('names every file that its modules import, so that all are fetched side by side', () => {
    for (const [name, text] of files) {
      for (const [, imported] of text.matchAll(/^(?:import|export)\b[^'"]*['"]\.\/([^'"]+)['"]/gm))
        expect(files.has(imported as string), `${name} imports ${imported}`).toBe(true);
    }
    expect(files.size).toBeGreaterThan(25);
  });

  test('never makes markup of text, and asks nobody else', () => {
    const own = [...files].filter(([name]) => name.endsWith('.js') && name !== 'uplot.js');
    for (const [name, text] of own) {
      expect(text, name).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bimport\(['"`]http/,
      );
      expect(text.match(/['"`]https?:\/\/[^'"`]*/g) ?? [], name).toEqual([]);
    }
  });

  test('is under 300 kB all in all, even if nothing is compressed', () => {
    const bytes = [html, ...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThan(300_000);
  });
});

describe('a file of the page', () => {
  const path = () => /\/assets\/[^"]+\/main\.js/.exec(html)?.[0] as string;

  test('is kept for ever under its hash, and not there under another', async () => {
    const { headers, status } = await api.call(path());
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'private, max-age=31536000, immutable',
    ]);
    for (const other of [
      path().replace(/\/assets\/\w+/, '/assets/0000000000000000'),
      path().replace('main.js', 'nosuch.js'),
    ])
      expect((await api.call(other)).status).toBe(404);
  });

  test.each([
    '%2e%2e%2fpackage.json',
    '..%2f..%2fpackage.json',
    'tsconfig.json',
    'shapes.d.ts',
    'index.html',
    '__proto__',
  ])('is none but those of the page: %s', async (name) => {
    expect((await api.call(path().replace('main.js', name))).status).toBe(404);
  });

  test('comes compressed where the browser takes that', async () => {
    const raw = async (encoding: string) => {
      const { request } = await import('node:http');
      return new Promise<{ encoding: string | undefined; bytes: Buffer }>((resolve, reject) => {
        const headers = { authorization: `Bearer ${secrets.read}`, 'accept-encoding': encoding };
        const req = request(api.url + path(), { headers }, (res) => {
          const pieces: Buffer[] = [];
          res.on('data', (piece: Buffer) => pieces.push(piece));
          res.on('end', () => resolve({ encoding: res.headers['content-encoding'], bytes: Buffer.concat(pieces) }));
        });
        req.on('error', reject).end();
      });
    };
    const plain = await raw('identity');
    expect([plain.encoding, plain.bytes.toString()]).toEqual([undefined, files.get('main.js')]);
    const zipped = await raw('gzip');
    expect([zipped.encoding, gunzipSync(zipped.bytes).toString()]).toEqual(['gzip', files.get('main.js')]);
    expect((await raw('gzip, br')).encoding).toBe('br');
  });
});

test.each(Object.entries(secrets))('whoami tells the scope %s', async (scope, secret) => {
  const response = await api.call('/v1/whoami', { headers: { authorization: `Bearer ${secret}` } });
  expect([response.status, await response.json()]).toEqual([200, { name: `${scope}er`, scope }]);
});

test.each([
  ['cross-site', 403],
  ['same-site', 403],
  ['same-origin', 303],
  ['none', 303],
])('a logout from %s is %i', async (site, status) => {
  for (const method of ['GET', 'POST'])
    expect((await api.call('/logout', { method, headers: { 'sec-fetch-site': site } })).status).toBe(status);
});
