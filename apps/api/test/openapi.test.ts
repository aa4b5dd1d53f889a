import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
});

const read = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api.call(path, { method, headers: { authorization: `Bearer ${secrets.read}`, ...headers } });

describe('GET /openapi.json', () => {
  test('is valid OpenAPI 3.1', async () => {
    const response = await read('/openapi.json');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const document = (await response.json()) as Record<string, unknown>;
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(document);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  test('is sent once: the second time a 304', async () => {
    const etag = (await read('/openapi.json')).headers.get('etag') ?? '';
    const again = await read('/openapi.json', { 'if-none-match': etag });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect((await read('/openapi.json', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('answers HEAD, and nothing that writes', async () => {
    const head = await read('/openapi.json', {}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000);
    expect((await read('/openapi.json', {}, 'POST')).status).toBe(405);
    expect((await read('/openapi.json?x=1')).status).toBe(400);
  });

  test('takes a key', async () => {
    const response = await read('/openapi.json', { authorization: '' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
    ]);
  });
});
