import { describe, expect, it } from 'vitest';
import { GatewayClient } from '../src/index.ts';
import { ask, clientOf, json, key, request, stream } from './asking.ts';
import { httpServer, streamEnd } from './http-server.ts';

describe('keys', () => {
  it('uses the next at once when one is refused, and the first again after a minute', async () => {
    let nowMs = 0;
    const used: (string | undefined)[] = [];
    const { url } = await httpServer((response, { headers }) => {
      used.push(headers.authorization);
      response.writeHead(headers.authorization === 'Bearer bad' ? 401 : 200, stream);
      response.end(streamEnd);
    });
    const client = clientOf(url, { apiKeys: ['bad', 'good'], nowMs: () => nowMs });
    expect((await client.complete(request)).kind).toBe('complete');
    expect(client.keysLeft).toBe(1);
    await client.complete(request);
    nowMs = 60_000;
    await client.complete(request);
    expect(used).toEqual(['Bearer bad', 'Bearer good', 'Bearer good', 'Bearer bad', 'Bearer good']);
  });

  it('is unauthorized only when none is left, and then asks no more', async () => {
    const { url, received } = await httpServer((response) => {
      response.writeHead(403);
      response.end('not for you');
    });
    const client = clientOf(url, { apiKeys: ['one-key', 'other-key'] });
    const outcome = { kind: 'unauthorized', status: 403, message: 'status 403: not for you' };
    expect(await client.complete(request)).toEqual(outcome);
    expect([client.keysLeft, received.length]).toEqual([0, 2]);
    expect(await client.complete(request)).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringMatching(/60 s/),
    });
    expect(received).toHaveLength(2);
  });

  it('sends no authorization without keys', async () => {
    const { url, received } = await httpServer((response) => response.writeHead(200, stream).end(streamEnd));
    await ask(url, { apiKeys: [] });
    expect(received[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['ftp://host/v1', 'x'],
    ['no url', 'x'],
    ['http://host/v1', 'a\nb'],
    ['http://host/v1', ''],
  ])('refuses the base %j with the key %j', (baseUrl, apiKey) => {
    expect(() => new GatewayClient({ baseUrl, apiKeys: [apiKey], timeoutMs: 1, connections: 1 })).toThrow(TypeError);
  });
});

describe('check', () => {
  it.each([
    [200, '{"object":"list","data":[]}', true, /takes the key/],
    [429, '', true, /rate limiting/],
    [200, '<html>', false, /^unreadable/],
    [401, `{"error":{"message":"bad ${key}"}}`, false, /^unauthorized: status 401: bad \*\*\*$/],
    [404, '', false, /^refused: status 404$/],
    [500, '', false, /^overloaded: status 500$/],
  ])('reads %i %s as %s', async (status, body, ok, detail) => {
    const { url, received } = await httpServer((response) => response.writeHead(status, json).end(body));
    expect(await clientOf(url).check()).toEqual({ ok, detail: expect.stringMatching(detail) });
    expect(received[0]).toMatchObject({ method: 'GET', url: '/v1/models' });
  });
});
