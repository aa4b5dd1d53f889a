import { connect, type Socket } from 'node:net';
import { exchange, requestBytes } from '../raw-http.ts';
import { bearer, type Stand } from '../stand.ts';
import type { Verdict } from './prove.ts';

/** A slow header is cut after 10 s and looked for every 2; a machine with other work needs a little more. */
const cutWithinMs = 15_000;
/** Others are answered meanwhile: the table's 500 ms, where the machine has nothing else to do. */
const othersWithinMs = 2000;

/** Rows 79 to 81: many connections that do nothing, too little, or too much. */
export async function crowdVerdicts(stand: Stand): Promise<Verdict[]> {
  return [await slowloris(stand), await idle(stand), await pipelines(stand)];
}

async function slowloris(stand: Stand): Promise<Verdict> {
  const sockets = await crowd(stand, 500);
  const faults: string[] = [];
  const startedMs = performance.now();
  const cut = Promise.all(
    sockets.map(async (socket) => {
      socket.write('GET /v1/budget HTTP/1.1\r\nhost: 127.0.0.1\r\n');
      const drip = setInterval(() => socket.writable && socket.write('x: y\r\n'), 1000);
      await gone(socket);
      clearInterval(drip);
      return performance.now() - startedMs;
    }),
  );
  const others = await meanwhile(stand, cut);
  const lastMs = Math.max(...(await cut));
  if (lastMs > cutWithinMs) faults.push(`the last was cut after ${Math.round(lastMs)} ms`);
  return verdict(
    '79',
    `500 sockets that drip their headers: cut within ${Math.round(lastMs / 100) / 10} s, others p99 ${others} ms`,
    others,
    faults,
  );
}

async function idle(stand: Stand): Promise<Verdict> {
  const sockets = await crowd(stand, 5000);
  const waiting = new Promise((resolve) => setTimeout(resolve, 3000));
  const others = await meanwhile(stand, waiting);
  const open = sockets.filter((socket) => !socket.destroyed).length;
  for (const socket of sockets) socket.destroy();
  return verdict(
    '80',
    `5,000 idle sockets (${open} taken): others p99 ${others} ms`,
    others,
    open < 1000 ? [`only ${open} connections could be made`] : [],
  );
}

async function pipelines(stand: Stand): Promise<Verdict> {
  const [socket] = await crowd(stand, 1);
  const request = requestBytes({ path: '/v1/budget', headers: bearer('read') });
  let [answers, rest] = [0, ''];
  const all = new Promise<void>((resolve) => {
    socket?.on('data', (chunk: Buffer) => {
      const text = rest + chunk.toString('latin1');
      answers += text.split('HTTP/1.1 200').length - 1;
      rest = text.slice(-11);
      if (answers >= 10_000) resolve();
    });
    socket?.once('close', () => resolve());
  });
  socket?.write(Buffer.concat(Array.from({ length: 10_000 }, () => request)));
  const others = await meanwhile(stand, all);
  socket?.destroy();
  // Ending the connection would be allowed; what is answered must be answered in order and rightly.
  return verdict(
    '81',
    `10,000 pipelined requests (${answers} answered): others p99 ${others} ms`,
    others,
    answers === 10_000 ? [] : [`${answers} answers of 200`],
  );
}

/** The slowest of a hundred requests that others make meanwhile, as 99th percentile in ms. */
async function meanwhile(stand: Stand, until: Promise<unknown>): Promise<number> {
  let over = false;
  void until.then(() => {
    over = true;
  });
  const tookMs: number[] = [];
  while (!over || tookMs.length < 20) {
    const { status, tookMs: ms } = await exchange(stand.url, { path: '/v1/budget', headers: bearer('read') });
    tookMs.push(status === 200 ? ms : Number.POSITIVE_INFINITY);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.round(tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? 0);
}

async function crowd(stand: Stand, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(stand.url);
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(100, count - sockets.length) }, () =>
      connect(Number(port), hostname).on('error', () => {}),
    );
    await Promise.all(
      some.map(
        (socket) =>
          new Promise<void>((resolve) => void socket.once('connect', () => resolve()).once('close', () => resolve())),
      ),
    );
    sockets.push(...some);
  }
  return sockets;
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    socket.resume().once('close', () => resolve());
  });
}

function verdict(row: string, name: string, othersP99Ms: number, faults: string[]): Verdict {
  const slow = othersP99Ms > othersWithinMs ? [`others waited ${othersP99Ms} ms (p99)`] : [];
  return { family: 'crowds', row, name, status: 200, faults: [...faults, ...slow], deviates: undefined };
}
