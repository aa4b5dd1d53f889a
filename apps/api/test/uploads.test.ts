import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { stopwatch } from '@reprice/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, secrets, startApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ pace: { windowMs: 400, minBytes: 100 } });
});

const line = (i: number) => `${JSON.stringify({ sku: `cut-${i}`, price: '1.00', currency: 'USD' })}\n`;

/** Opens an upload by hand and writes the headers. */
async function upload(headers: string, { path = '/v1/batches', to = api } = {}): Promise<Socket> {
  const socket = connect(Number(new URL(to.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${secrets.write}\r\ncontent-type: application/x-ndjson\r\n${headers}\r\n\r\n`,
  );
  return socket;
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  for await (const piece of socket) {
    text += piece;
    if (/\r\n\r\n[\s\S]*\}$/.test(text)) break;
  }
  return text;
}

/** The batch that is being received, once there is one. */
async function receiving(): Promise<string> {
  for (;;) {
    const { items } = await api.store.batches.list({ limit: 1 });
    if (items[0]?.status === 'receiving' && items[0].total > 0) return items[0].id;
  }
}

async function gone(id: string): Promise<void> {
  while ((await api.store.batches.get(id)) !== undefined);
}

test('a client that drips its headers is cut within 15 s', async () => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  const tookMs = stopwatch();
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n');
  const drip = setInterval(() => socket.write('x: y\r\n'), 200);
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  clearInterval(drip);
  expect(tookMs()).toBeLessThan(15_000);
});

describe('an upload', () => {
  test('that is cut leaves nothing visible, and may be sent again', async () => {
    const socket = await upload('transfer-encoding: chunked');
    let sent = '';
    for (let i = 0; i < 2000; i++) sent += line(i);
    socket.write(chunk(sent));
    const id = await receiving();
    expect((await api.call(`/v1/batches/${id}`)).status).toBe(200);
    socket.destroy();
    await gone(id);
    expect(await (await api.call('/v1/batches')).json()).toEqual({ items: [], nextCursor: null });
    expect((await api.queue.bull.getJobCounts('prioritized')).prioritized).toBe(0);
    const keys = await api.store.batches.enqueueing();
    expect(keys).toEqual([]);
    const again = await api.submit(sent, 'application/x-ndjson');
    expect(again.body).toMatchObject({ total: 2000, unchanged: 0 });
    await api.queue.bull.obliterate({ force: true });
  });

  test('that ends before its Content-Length is told so, or cut, and leaves nothing', async () => {
    const before = (await api.store.batches.list({ limit: 200 })).items.length;
    const socket = await upload('content-length: 100000');
    socket.end(line(1));
    socket.resume();
    await once(socket, 'close');
    while ((await api.store.batches.list({ limit: 200 })).items.length > before);
  });

  test('that falls silent is 408', async () => {
    const socket = await upload('content-length: 100000');
    socket.write(line(1));
    const answer = await answerOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('/problems/request-timeout');
    socket.destroy();
  });

  test('that drips is 408', async () => {
    const socket = await upload('transfer-encoding: chunked');
    const drip = setInterval(() => socket.write(chunk(' ')), 20);
    socket.on('error', () => {});
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
    socket.destroy();
  });

  test('that is refused early can be sent to its end, and the connection used again', async () => {
    const body = `sku;price\n${'x'.repeat(5_000_000)}`;
    const answer = await api.submit(body, 'text/csv');
    expect([answer.status, answer.body.type]).toEqual([400, '/problems/csv-header']);
    expect((await api.call('/healthz')).status).toBe(200);
    const unauthorized = await api.call('/v1/batches', {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer no', 'content-type': 'text/csv' },
    });
    expect(unauthorized.status).toBe(401);
  });

  test('with Content-Length and chunks at once is refused', async () => {
    const socket = await upload('content-length: 5\r\ntransfer-encoding: chunked');
    socket.write('0\r\n\r\n');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
  });
});

describe('HTTP that is none', () => {
  test.each([
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
    ],
    ['a header of 17 KB', `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['garbage', '\u0001\u0002\u0003\r\n\r\n', 400],
  ])('%s', async (_, text, status) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(text);
    let answer = '';
    for await (const piece of socket) answer += piece;
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await api.call('/healthz')).status).toBe(200);
  });
});
