import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

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

describe('the description', () => {
  let described: DescribedApi;
  beforeAll(async () => {
    described = await DescribedApi.read(api);
  });

  test('gives examples that fit what they are examples of', () => {
    const examples = [...examplesIn(described.document)];
    expect(examples.length).toBeGreaterThan(50);
    const wrong = examples.flatMap(({ pointer, example }) => {
      const fault = described.faults(pointer, example);
      return fault === '' ? [] : [`${pointer}: ${fault}: ${JSON.stringify(example)}`];
    });
    expect(wrong).toEqual([]);
  });

  test('says in one line what each operation does, and something of each parameter', () => {
    for (const [id, { summary }] of described.operations)
      expect([id, summary]).toEqual([id, expect.stringMatching(/^[A-Z][^\n]{5,99}[^.\s]$/)]);
    const mute = [...described.operations].flatMap(([id, { parameters = [] }]) =>
      parameters.flatMap(({ name, description }) => (description === undefined ? [`${id} ${name}`] : [])),
    );
    expect(mute).toEqual([]);
  });

  test('refers to nothing that it lacks, and holds no schema twice', () => {
    const text = JSON.stringify(described.document);
    const { schemas, responses, headers } = described.document.components as Record<string, object>;
    const defined = Object.entries({ schemas, responses, headers }).flatMap(([kind, those = {}]) =>
      Object.keys(those).map((name) => `#/components/${kind}/${name}`),
    );
    const used = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref));
    expect([...used].sort()).toEqual(defined.sort());
    expect(defined.filter((name) => /Output$|__schema/.test(name))).toEqual([]);
  });
});

function* examplesIn(node: unknown, pointer = ''): Generator<{ pointer: string; example: unknown }> {
  if (typeof node !== 'object' || node === null) return;
  const { examples } = node as { examples?: unknown };
  if (Array.isArray(examples)) for (const example of examples) yield { pointer, example };
  for (const [name, child] of Object.entries(node)) {
    if (name === 'examples') continue;
    yield* examplesIn(child, `${pointer}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`);
  }
}
