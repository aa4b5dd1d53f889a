import { once } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GatewayClient, type GatewayOptions, type GatewayOutcome } from '../src/index.ts';
import { httpServer, streamEnd, tcpServer, textEvent } from './http-server.ts';

const key = 'sk-test-0123456789';
const stream = { 'content-type': 'text/event-stream' };
const json = { 'content-type': 'application/json' };
const usage = { promptTokens: 100, cachedPromptTokens: 64, completionTokens: 20 };

function clientOf(url: string, options: Partial<GatewayOptions> = {}): GatewayClient {
  const client = new GatewayClient({ baseUrl: url, apiKeys: [key], timeoutMs: 5000, connections: 4, ...options });
  onTestFinished(() => client.close());
  return client;
}

const request = {
  model: 'm',
  messages: [{ role: 'user', content: 'row,price\n1,2' }],
  maxTokens: 40,
  temperature: 0,
} as const;

function ask(url: string, options: Partial<GatewayOptions> = {}): Promise<GatewayOutcome> {
  return clientOf(url, options).complete(request);
}

describe('complete', () => {
  it('asks as the protocol says, and hands on the text as it arrives', async () => {
    const { url, received } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2'));
      response.end(textEvent('.5\n') + streamEnd);
    });
    const pieces: string[] = [];
    const outcome = await clientOf(`${url}/`).complete({ ...request, onText: (piece) => pieces.push(piece) });
    expect(outcome).toMatchObject({ kind: 'complete', text: '1,2.5\n', finishReason: 'stop', usage });
    expect(pieces).toEqual(['1,2', '.5\n']);
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}`, 'accept-encoding': 'identity', 'content-type': 'application/json' },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      model: 'm',
      messages: request.messages,
      max_tokens: 40,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('takes a JSON reply to a stream request', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, json);
      response.end(JSON.stringify({ choices: [{ message: { content: '1,2\n' }, finish_reason: 'length' }] }));
    });
    const outcome = await ask(url);
    expect(outcome).toMatchObject({ kind: 'complete', text: '1,2\n', finishReason: 'length' });
    expect(outcome).not.toHaveProperty('usage');
  });

  it('is complete at [DONE], though the connection is reset or left open after it', async () => {
    const reset = await httpServer((response, _request, socket) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n') + streamEnd, () => socket.resetAndDestroy());
    });
    expect((await ask(reset.url)).kind).toBe('complete');
    const open = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n') + streamEnd);
    });
    expect((await ask(open.url)).kind).toBe('complete');
  });

  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await httpServer((response, _request, socket) => {
      ports.add(socket.remotePort);
      response.writeHead(200, stream);
      response.end(streamEnd);
    });
    const client = clientOf(url, { connections: 1 });
    for (let call = 0; call < 5; call += 1) await client.complete(request);
    expect(ports.size).toBe(1);
  });
});

describe('a stream that ends early', () => {
  it.each([
    ['between two events', textEvent('1,2\n')],
    ['within an event', `${textEvent('1,2\n')}data: {"choices":[{"delta":{"content":"2,`],
  ])('%s keeps its text', async (_name, body) => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.end(body);
    });
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n' });
  });

  it('keeps text and usage of a stream without [DONE]', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.end(textEvent('1,2\n') + streamEnd.replace('data: [DONE]\n\n', ''));
    });
    expect(await ask(url)).toMatchObject({
      kind: 'cut',
      text: '1,2\n',
      usage,
      message: 'the stream ended without [DONE]',
    });
  });

  it('keeps the text of a connection reset in the body', async () => {
    const { url } = await httpServer((response, _request, socket) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n') + textEvent('2,'), () => socket.resetAndDestroy());
    });
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n2,' });
  });

  it('is cut when the body is shorter than its length', async () => {
    const { url } = await tcpServer((socket) => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 5000\r\n\r\n';
      socket.end(head + textEvent('1,2\n'));
    });
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n' });
  });

  it('is cut when the gateway breaks off with an error', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.end(`${textEvent('1,2\n')}data: {"error":{"message":"upstream lost, key ${key}"}}\n\n`);
    });
    const message = 'the gateway sent an error: upstream lost, key ***';
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n', message });
  });
});

describe('the deadline', () => {
  const timeoutMs = 300;

  async function timed(url: string): Promise<{ outcome: GatewayOutcome; tookMs: number }> {
    const startedAt = performance.now();
    const outcome = await ask(url, { timeoutMs });
    return { outcome, tookMs: performance.now() - startedAt };
  }

  it('ends a gateway that never answers', async () => {
    const { url } = await httpServer(() => {});
    const { outcome, tookMs } = await timed(url);
    expect(outcome).toEqual({ kind: 'timeout', text: '', sent: true });
    expect(tookMs).toBeLessThan(timeoutMs * 5);
  });

  it('ends a body that drips, a byte every 50 ms', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n'));
      const timer = setInterval(() => response.write(':'), 50);
      response.once('close', () => clearInterval(timer));
    });
    const { outcome, tookMs } = await timed(url);
    expect(outcome).toEqual({ kind: 'timeout', text: '1,2\n', sent: true });
    expect(tookMs).toBeLessThan(timeoutMs * 5);
  });

  it('ends headers that drip', async () => {
    const { url } = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 50);
      socket.once('close', () => clearInterval(timer));
    });
    expect((await timed(url)).outcome).toEqual({ kind: 'timeout', text: '', sent: true });
  });

  it('says that a call which waited for a connection was never sent', async () => {
    const { url, received } = await httpServer(() => {});
    const client = clientOf(url, { timeoutMs, connections: 1 });
    const outcomes = await Promise.all([client.complete(request), client.complete(request)]);
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['timeout', 'unreachable']);
    expect(outcomes.find((outcome) => outcome.kind === 'unreachable')).toMatchObject({ sent: false });
    expect(received).toHaveLength(1);
  });

  it('frees the connection', async () => {
    let calls = 0;
    const { url } = await httpServer((response) => {
      calls += 1;
      if (calls === 1) return;
      response.writeHead(200, stream);
      response.end(streamEnd);
    });
    const client = clientOf(url, { timeoutMs: 200, connections: 1 });
    expect((await client.complete(request)).kind).toBe('timeout');
    expect((await client.complete(request)).kind).toBe('complete');
  });
});

describe('a caller that gives up', () => {
  it('gets what had come', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n'));
    });
    const abort = new AbortController();
    const outcome = await clientOf(url).complete({ ...request, signal: abort.signal, onText: () => abort.abort() });
    expect(outcome).toMatchObject({ kind: 'cut', text: '1,2\n', message: 'given up by the caller' });
  });

  it('before the call sends nothing', async () => {
    const { url, received } = await httpServer(() => {});
    const outcome = await clientOf(url).complete({ ...request, signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'unreachable', sent: false });
    expect(received).toHaveLength(0);
  });
});

describe('a gateway that cannot be reached', () => {
  it('was provably sent nothing when nobody listens', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    probe.close();
    await once(probe, 'close');
    const outcome = await ask(`http://127.0.0.1:${port}/v1`);
    expect(outcome).toMatchObject({ kind: 'unreachable', sent: false, message: expect.stringMatching(/ECONNREFUSED/) });
  });

  it('may have been sent something when it resets before the status', async () => {
    const { url } = await httpServer((_response, _request, socket) => socket.resetAndDestroy());
    expect(await ask(url)).toMatchObject({ kind: 'unreachable', sent: true });
  });
});

describe('replies that are not the protocol', () => {
  it.each([
    ['an HTML page', { 'content-type': 'text/html' }, '<html></html>', 'the reply is an HTML page'],
    ['an empty reply', json, '', 'an empty reply'],
    ['null', json, 'null', 'the reply is not a JSON object'],
    [
      'an error with status 200',
      json,
      `{"error":{"message":"bad key ${key}"}}`,
      'the gateway sent an error: bad key ***',
    ],
    ['a stream of something else', stream, 'data: hello\n\n', 'an event of the stream is not a JSON object'],
    [
      'bytes that are not UTF-8',
      stream,
      Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a]),
      'the reply is not UTF-8',
    ],
    ['JSON that is not UTF-8', json, Buffer.from([0x7b, 0xff, 0x7d]), 'the reply is not UTF-8'],
  ])('%s', async (_name, headers, body, message) => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, headers);
      response.end(body);
    });
    expect(await ask(url)).toEqual({ kind: 'unreadable', message });
  });

  it('a compressed reply, which is not inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url } = await httpServer((response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    const message = 'the reply is compressed though we asked for identity';
    expect(await ask(url)).toEqual({ kind: 'unreadable', message });
  });

  it.each([[stream], [json]])('a body past the cap %j', async (headers) => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, headers);
      response.end(`data: "${'x'.repeat(5000)}`);
    });
    const message = 'the reply is longer than 4000 bytes';
    expect(await ask(url, { maxBodyBytes: 4000 })).toEqual({ kind: 'unreadable', message });
  });

  it('a redirect, which is not followed', async () => {
    const { url, received } = await httpServer((response) => {
      response.writeHead(302, { location: '/elsewhere' });
      response.end();
    });
    expect(await ask(url)).toEqual({ kind: 'unreadable', message: 'status 302: redirects are not followed' });
    expect(received).toHaveLength(1);
  });

  it('what is no HTTP, 64 KB of headers, and interim replies without end', async () => {
    const noHttp = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect((await ask(noHttp.url)).kind).toBe('unreadable');
    const headers = await tcpServer((socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_536)}\r\n\r\n`));
    expect((await ask(headers.url)).kind).toBe('unreadable');
    const interim = await tcpServer((socket) => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)));
    expect((await ask(interim.url)).kind).toBe('unreadable');
  });
});

describe('statuses', () => {
  it.each([
    [429, { 'retry-after': '2' }, { kind: 'rate_limited', retryAfterMs: 2000 }],
    [
      503,
      { 'retry-after': '2' },
      { kind: 'overloaded', status: 503, retryAfterMs: 2000, message: 'status 503: *** says no' },
    ],
    [400, {}, { kind: 'refused', status: 400, tooLong: false, message: 'status 400: *** says no' }],
    [413, {}, { kind: 'refused', status: 413, tooLong: true, message: 'status 413: *** says no' }],
  ])('%i', async (status, headers, outcome) => {
    const { url } = await httpServer((response) => {
      response.writeHead(status, { ...json, ...headers });
      response.end(JSON.stringify({ error: { message: `${key} says no` } }));
    });
    expect(await ask(url)).toEqual(outcome);
  });

  it('counts though the body of the error never ends, or is compressed', async () => {
    const endless = await httpServer((response) => {
      response.writeHead(503);
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.once('close', () => clearInterval(timer));
    });
    expect((await ask(endless.url)).kind).toBe('overloaded');
    const compressed = await httpServer((response) => {
      response.writeHead(429, { 'content-encoding': 'gzip' });
      response.end(gzipSync('busy'));
    });
    expect((await ask(compressed.url)).kind).toBe('rate_limited');
  });
});

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
