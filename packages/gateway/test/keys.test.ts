import { describe, expect, it } from 'vitest';
import { GatewayClient, keyFingerprint } from '../src/index.ts';
import type { KeyChange } from '../src/key-state.ts';
import { ask, clientOf, json, key, request, stream } from './asking.ts';
import { httpServer, streamEnd } from './http-server.ts';

describe('keys', () => {
  it('uses the next at once when one is refused, and the first again after a minute', async () => {
    let steadyMs = 0;
    const used: (string | undefined)[] = [];
    const { url } = await httpServer((response, { headers }) => {
      used.push(headers.authorization);
      response.writeHead(headers.authorization === 'Bearer bad' ? 401 : 200, stream);
      response.end(streamEnd);
    });
    const client = clientOf(url, { apiKeys: ['bad', 'good'], steadyMs: () => steadyMs });
    expect((await client.complete(request)).kind).toBe('complete');
    expect(client.keysLeft).toBe(1);
    await client.complete(request);
    steadyMs = 60_000;
    await client.complete(request);
    expect(used).toEqual(['Bearer bad', 'Bearer good', 'Bearer good', 'Bearer bad', 'Bearer good']);
  });

  it('costs a dead key one call, though 400 start at once', async () => {
    const used = new Map<string | undefined, number>();
    const { url } = await httpServer((response, { headers: { authorization } }) => {
      used.set(authorization, (used.get(authorization) ?? 0) + 1);
      response.writeHead(authorization === 'Bearer dead' ? 401 : 200, stream);
      response.end(streamEnd);
    });
    const changes: KeyChange[] = [];
    const onKeyChange = (change: KeyChange): void => void changes.push(change);
    const client = clientOf(url, { apiKeys: ['dead', 'good'], connections: 50, onKeyChange });
    const kinds = await Promise.all(Array.from({ length: 400 }, async () => (await client.complete(request)).kind));
    expect(new Set(kinds)).toEqual(new Set(['complete']));
    expect([...used]).toEqual([
      ['Bearer dead', 1],
      ['Bearer good', 400],
    ]);
    expect(changes).toMatchObject([
      { id: keyFingerprint('dead'), state: 'resting', reason: expect.stringMatching(/^status 401/) },
    ]);
  });

  it('costs a key that died while it was in use no more than the calls that were under way', async () => {
    let dead = '';
    let refused = 0;
    const { url } = await httpServer((response, { headers: { authorization } }) => {
      if (authorization === dead) refused += 1;
      response.writeHead(authorization === dead ? 401 : 200, stream);
      response.end(streamEnd);
    });
    const client = clientOf(url, { apiKeys: ['first', 'second'], connections: 20 });
    let isOver = false;
    let done = 0;
    const { promise: isUnderWay, resolve: underWay } = Promise.withResolvers<void>();
    const caller = async (): Promise<void> => {
      while (!isOver) {
        expect((await client.complete(request)).kind).toBe('complete');
        done += 1;
        if (done === 200) underWay();
        if (done === 400) isOver = true;
      }
    };
    const callers = Array.from({ length: 20 }, caller);
    await isUnderWay;
    dead = 'Bearer first';
    await Promise.all(callers);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(20);
    expect(client.keys).toMatchObject([{ state: 'resting' }, { state: 'active' }]);
  });

  it('are replaced while calls are in flight, which end with the old one', async () => {
    const open: (() => void)[] = [];
    const { url, received } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.flushHeaders();
      open.push(() => response.end(`data: {"error":{"message":"old-key-1 or new-key-1"}}\n\n`));
      if (open.length === 2) for (const end of open) end();
    });
    const client = clientOf(url, { apiKeys: ['old-key-1'] });
    const before = client.complete({ ...request });
    await expect.poll(() => open.length).toBe(1);
    client.replaceKeys(['new-key-1']);
    const message = 'the gateway sent an error: *** or ***';
    expect(await client.complete(request)).toEqual({ kind: 'unreadable', message });
    expect(await before).toEqual({ kind: 'unreadable', message });
    expect(received.map((got) => got.headers.authorization)).toEqual(['Bearer old-key-1', 'Bearer new-key-1']);
    expect(() => client.replaceKeys(['a b'])).toThrow(TypeError);
    expect(client.keys.map((key) => key.id)).toEqual([keyFingerprint('new-key-1')]);
  });

  it('that are all revoked send nothing', async () => {
    const { url, received } = await httpServer((response) => response.writeHead(200, stream).end(streamEnd));
    const client = clientOf(url);
    const revoked = { id: keyFingerprint(key), restMs: 0, refusals: 0, reason: 'by hand', version: 1 };
    client.applyKeyStates([{ ...revoked, state: 'revoked' }]);
    const outcome = { kind: 'unauthorized', status: 401, message: 'every API key is revoked', sent: false };
    expect(await client.complete(request)).toEqual(outcome);
    expect(received).toHaveLength(0);
  });

  it('that nobody knows to be good hold a call no longer than its deadline, or until its caller gives up', async () => {
    const { url } = await httpServer(() => {});
    const client = clientOf(url, { timeoutMs: 1000, connections: 2 });
    const [first, second] = await Promise.all([client.complete(request), client.complete(request)]);
    expect(first).toEqual({ kind: 'timeout', text: '', sent: true });
    // The first gives the key back at its own deadline: that may just be in time for the second to be sent, and no more.
    expect(['unreachable', 'timeout']).toContain(second.kind);
    const abort = new AbortController();
    const silent = await httpServer(() => {});
    const slow = clientOf(silent.url, { connections: 2 });
    const held = slow.complete({ ...request, signal: abort.signal });
    const waiting = slow.complete({ ...request, signal: abort.signal });
    await expect.poll(() => silent.received.length).toBe(1);
    abort.abort();
    expect(await waiting).toEqual({ kind: 'unreachable', message: 'given up by the caller', sent: false });
    expect(await held).toMatchObject({ kind: 'unreachable', sent: true });
  });

  it('stay as they are, and no other is tried, where the caller spares them', async () => {
    const { url, received } = await httpServer((response) => response.writeHead(403).end('not for you'));
    const client = clientOf(url, { apiKeys: ['one-key', 'other-key'] });
    for (const calls of [1, 2]) {
      const outcome = { kind: 'unauthorized', status: 403, message: 'status 403: not for you' };
      expect(await client.complete({ ...request, sparesKeys: true })).toEqual(outcome);
      expect([client.keysLeft, received.length]).toEqual([2, calls]);
    }
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

  it('says that none is set, when the gateway wants one', async () => {
    const { url } = await httpServer((response) => response.writeHead(401).end('{}'));
    const client = new GatewayClient({ baseUrl: url, apiKeys: [], timeoutMs: 5000, connections: 1 });
    await client.check();
    expect((await client.check()).detail).toBe(
      'unauthorized: the gateway wants an API key and none is set (GATEWAY_API_KEYS)',
    );
    await client.close();
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
