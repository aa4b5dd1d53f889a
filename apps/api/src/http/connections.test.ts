import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type ListeningServer, serve } from '../server.ts';

/** A server whose answers come when they are let go. */
async function holding(): Promise<ListeningServer & { letGo: () => void; waiting: () => number }> {
  const held: (() => void)[] = [];
  const server = await serve(
    (req, res) => {
      if (req.url === '/now') res.end('now');
      else held.push(() => res.end('late'));
    },
    '127.0.0.1',
    0,
  );
  const letGo = () => {
    for (const answer of held.splice(0)) answer();
  };
  return { ...server, letGo, waiting: () => held.length };
}

async function ask(url: string, agent: Agent): Promise<{ text: string; connection: string | undefined }> {
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, resolve).once('error', reject);
  });
  let text = '';
  for await (const piece of res) text += piece;
  return { text, connection: res.headers.connection };
}

describe('a server that stops', () => {
  test('answers what is under way and what comes on open connections, with Connection: close', async () => {
    const server = await holding();
    const [idle, busy] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
    expect(await ask(`${server.url}/now`, idle)).toEqual({ text: 'now', connection: 'keep-alive' });
    const late = ask(`${server.url}/late`, busy);
    while (server.waiting() === 0) await sleep(5);
    const stopped = server.stop(10_000);
    expect(await ask(`${server.url}/now`, idle)).toEqual({ text: 'now', connection: 'close' });
    await expect(ask(`${server.url}/now`, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    server.letGo();
    expect(await late).toEqual({ text: 'late', connection: 'close' });
    await stopped;
  });

  test('closes connections that ask nothing more, but not in the middle of a request whose head comes slowly', async () => {
    const server = await holding();
    const silent = new Agent({ keepAlive: true });
    await ask(`${server.url}/now`, silent);
    const slow = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(slow, 'connect');
    slow.write('GET /now HTTP/1.1\r\nhost: localhost\r\n');
    const ended = server.stop(10_000).then(() => 'ended');
    for (let i = 0; i < 6; i++) {
      slow.write(`x-${i}: y\r\n`);
      await sleep(300);
    }
    slow.write('\r\n');
    let answer = '';
    for await (const piece of slow) answer += piece;
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n[\s\S]*now/i);
    expect(await ended).toBe('ended');
    expect(Object.keys(silent.freeSockets)).toEqual([]);
  });

  test('cuts what is still under way at the end of its grace', async () => {
    const server = await holding();
    const cut = ask(`${server.url}/late`, new Agent());
    cut.catch(() => undefined);
    while (server.waiting() === 0) await sleep(5);
    await server.stop(200);
    await expect(cut).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
