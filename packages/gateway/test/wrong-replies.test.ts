import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ask, json, key, stream } from './asking.ts';
import { httpServer, tcpServer } from './http-server.ts';

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
