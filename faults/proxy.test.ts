import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { endAfterTestFile } from '@reprice/testkit';
import { describe, expect, it } from 'vitest';
import { Chance } from '../scripts/chance.ts';
import { Line } from './proxy.ts';

/** A server that sends back what it gets, and a line to it. */
async function echo(): Promise<{ line: Line; heard: () => number; call: () => Promise<Socket> }> {
  let heard = 0;
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      heard += bytes.length;
      socket.write(bytes);
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line = await Line.open(() => (server.address() as { port: number }).port, new Chance(1));
  endAfterTestFile(async () => {
    await line.close();
    server.close();
  });
  return {
    line,
    heard: () => heard,
    async call() {
      const socket = connect(line.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => {}); // reset when the line closes
      return socket;
    },
  };
}

async function read(socket: Socket, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
    pieces.push(bytes as Buffer);
    length += (bytes as Buffer).length;
    if (length >= count) break;
  }
  return Buffer.concat(pieces);
}

describe('a line', () => {
  it.each([
    ['healthy', {}],
    ['30 ms slower', { delayMs: 30 }],
    ['of 4 MB/s', { bytesPerSecond: 4_000_000 }],
  ])('%s passes every byte, in order', async (_, faults) => {
    const { line, call } = await echo();
    line.set(faults);
    const socket = await call();
    const bytes = randomBytes(1_000_000);
    socket.write(bytes);
    expect((await read(socket, bytes.length)).equals(bytes)).toBe(true);
    socket.end();
  });

  it('delays by as much as it was told, and no less', async () => {
    const { line, call } = await echo();
    line.set({ delayMs: 100 });
    const socket = await call();
    const startedAt = performance.now();
    socket.write('x');
    await read(socket, 1);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(199);
  });

  it('that is a black hole passes nothing, and all of it when it is healed', async () => {
    const { line, call, heard } = await echo();
    const socket = await call();
    line.set({ blackHole: true });
    socket.write('late');
    await new Promise((resolve) => setTimeout(resolve, 100)); // nothing is to happen, so there is nothing to wait for
    expect(heard()).toBe(0);
    line.set({});
    expect((await read(socket, 4)).toString()).toBe('late');
  });

  it('goes dead for those on it and passes for others', async () => {
    const { line, call, heard } = await echo();
    const dead = await call();
    line.deaden();
    dead.write('lost');
    const other = await call();
    other.write('heard');
    expect((await read(other, 5)).toString()).toBe('heard');
    expect(heard()).toBe(5);
  });

  it('that swallows replies lets the request through and resets the connection', async () => {
    const { line, call, heard } = await echo();
    line.set({ swallow: 1 });
    const socket = await call();
    const ended = once(socket, 'error');
    socket.write('done, and nobody told');
    expect((await ended)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(heard()).toBe(21);
    expect(line.swallowed).toBe(1);
  });
});
