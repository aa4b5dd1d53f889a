import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { clientOf, request } from './asking.ts';
import { streamEnd, textEvent } from './http-server.ts';

const everyMs = 20;

/** A server that answers the first request as the test wants it, on any connection, and all others as they should be. */
async function firstHostile(answer: (socket: Socket) => void): Promise<{ url: string; sockets: Set<Socket> }> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => {
      requests += 1;
      if (requests === 1) answer(socket);
      else socket.write(reply('text/event-stream', textEvent('1,2\n') + streamEnd));
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, sockets };
}

function reply(type: string, body: string | Buffer, headers = ''): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${headers}content-length: ${length}\r\n\r\n${body.toString('latin1')}`;
}

function repeat(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once('close', () => clearInterval(timer));
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
const bomb = gzipSync(Buffer.alloc(50_000_000)).toString('latin1');
const error = '{"error":{"message":"no"}}';

it.each<[string, string, (socket: Socket) => void]>([
  ['a hang', 'timeout', () => {}],
  [
    'a body of a byte now and then',
    'timeout',
    (socket) => {
      socket.write(chunked);
      repeat(socket, '1\r\n:\r\n');
    },
  ],
  [
    'headers now and then',
    'timeout',
    (socket) => {
      socket.write(head);
      repeat(socket, 'x-slow: 1\r\n');
    },
  ],
  ['headers that do not end', 'unreadable', (socket) => socket.write(`${head}x: ${'y'.repeat(1_000_000)}`)],
  ['1xx without end', 'unreadable', (socket) => repeat(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5))],
  [
    'a stream cut by the end of its body',
    'cut',
    (socket) => socket.write(reply('text/event-stream', textEvent('1,2'))),
  ],
  [
    'a stream cut by a reset',
    'cut',
    (socket) => socket.write(`${head}\r\n${textEvent('1,2')}`, () => socket.resetAndDestroy()),
  ],
  ['a body shorter than it said', 'cut', (socket) => socket.end(`${head}content-length: 900\r\n\r\n${textEvent('1')}`)],
  ['200 with an error', 'unreadable', (socket) => socket.write(reply('application/json', error))],
  ['an error event', 'unreadable', (socket) => socket.write(reply('text/event-stream', `data: ${error}\n\n`))],
  [
    'an error event after text, and then a hang',
    'cut',
    (socket) => socket.write(`${chunked}${chunk(`${textEvent('1')}data: ${error}\n\n`)}`),
  ],
  [
    'a gzip bomb',
    'unreadable',
    (socket) =>
      socket.write(`${head}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n${bomb}`, 'latin1'),
  ],
  [
    'a body without end',
    'unreadable',
    (socket) => {
      socket.write(chunked);
      repeat(socket, chunk('x'.repeat(100_000)));
    },
  ],
])('%s ends as %s within the deadline, and its connection is free for the next call', async (_name, kind, answer) => {
  const { url, sockets } = await firstHostile(answer);
  const client = clientOf(url, { timeoutMs: kind === 'timeout' ? 1000 : 10_000, connections: 1 });
  const outcome = await client.complete(request);
  expect(outcome.kind).toBe(kind);
  expect(await client.complete(request)).toMatchObject({ kind: 'complete', text: '1,2\n' });
  await expect.poll(() => sockets.size).toBeLessThanOrEqual(1);
});

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
