import { once } from 'node:events';
import { createServer } from 'node:net';
import { stopwatch } from '@reprice/testkit';
import { describe, expect, it } from 'vitest';
import type { GatewayOutcome } from '../src/index.ts';
import { ask, clientOf, request, stream } from './asking.ts';
import { httpServer, streamEnd, tcpServer, textEvent } from './http-server.ts';

describe('the deadline', () => {
  const timeoutMs = 1000;

  async function timed(url: string): Promise<{ outcome: GatewayOutcome; tookMs: number }> {
    const tookMs = stopwatch();
    const outcome = await ask(url, { timeoutMs });
    return { outcome, tookMs: tookMs() };
  }

  it('ends a gateway that never answers', async () => {
    const { url } = await httpServer(() => {});
    const { outcome, tookMs } = await timed(url);
    expect(outcome).toEqual({ kind: 'timeout', text: '', sent: true });
    expect(tookMs).toBeLessThan(timeoutMs * 2);
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
    expect(tookMs).toBeLessThan(timeoutMs * 2);
  });

  it('ends headers that drip', async () => {
    const { url } = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 50);
      socket.once('close', () => clearInterval(timer));
    });
    const { outcome, tookMs } = await timed(url);
    expect(outcome).toEqual({ kind: 'timeout', text: '', sent: true });
    expect(tookMs).toBeLessThan(timeoutMs * 2);
  });

  it('of a call that waits for a connection sends nothing', async () => {
    const abort = new AbortController();
    const { url, received } = await httpServer(() => abort.abort());
    const client = clientOf(url, { timeoutMs, connections: 1 });
    const first = client.complete(request);
    const waiting = await client.complete({ ...request, signal: abort.signal });
    expect(waiting).toEqual({ kind: 'unreachable', sent: false, message: 'given up by the caller' });
    expect((await first).kind).toBe('timeout');
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
    const client = clientOf(url, { timeoutMs, connections: 1 });
    expect((await client.complete(request)).kind).toBe('timeout');
    expect((await client.complete(request)).kind).toBe('complete');
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
