import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { MarketPages } from './market-pages.ts';
import { MarketStream } from './market-stream.ts';
import { isRefusal, isRefusingClose, saysRefused } from './refused-key.ts';

/** A market that refuses every key: the handshake with a status, or after it with a close code. */
async function market(refusal: { status: number } | { code: number; reason?: string }) {
  const server = createServer(
    (_, response) => void response.writeHead('status' in refusal ? refusal.status : 401).end(),
  );
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if ('status' in refusal)
      socket.end(`HTTP/1.1 ${refusal.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    else sockets.handleUpgrade(request, socket, head, (peer) => peer.close(refusal.code, refusal.reason));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  [{ status: 401 }, true, 'the market refuses the key (401)'],
  [{ status: 403 }, true, 'the market refuses the key (403)'],
  [{ status: 503 }, false, ''],
  [{ code: 4401 }, true, 'the market closed the stream (4401)'],
  [{ code: 1008, reason: 'invalid_api_key' }, true, 'the market closed the stream (1008 invalid_api_key)'],
  [{ code: 1008, reason: 'too many messages' }, false, 'the market closed the stream (1008 too many messages)'],
])('a stream that ends with %j is refused: %s', async (refusal, isRefused, why) => {
  const target = { url: `ws://${await market(refusal)}`, token: 'k', silenceMs: 10_000 };
  const stream = new MarketStream(target, { onMessage: () => {}, onUnusable: () => {} });
  expect(await stream.ended).toEqual({ isRefused, why: expect.stringContaining(why) });
});

test('pages that refuse the key say so', async () => {
  const pages = new MarketPages(`http://${await market({ status: 403 })}`, 'k');
  const asked = pages.events({ at: '', id: '', seq: 0 }, new AbortController().signal);
  await expect(asked).rejects.toMatchObject({ isRefused: true, message: expect.stringContaining('403') });
  await pages.close();
});

it('a refusal is told from what mends itself', () => {
  expect([401, 403, 200, 407, 429, 500, 503, undefined].map(isRefusal)).toEqual([
    ...[true, true, false, false, false, false, false, false],
  ]);
  for (const text of ['unauthorized', 'invalid_api_key', 'Forbidden', 'token: expired token'])
    expect([text, saysRefused(text)]).toEqual([text, true]);
  for (const text of ['', 'rate_limited', 'slow_consumer', 'keyframe missing'])
    expect([text, saysRefused(text)]).toEqual([text, false]);
  expect([isRefusingClose(3003, ''), isRefusingClose(1006, '')]).toEqual([true, false]);
});
