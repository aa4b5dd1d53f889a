import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnApp } from '@reprice/testkit/processes';
import { Redis } from 'ioredis';
import { type Json, Stand } from '../stand.ts';
import { once } from './once.ts';
import type { Verdict } from './prove.ts';

/** What is saved at names of example.com, and what should come of it at once. */
const names: Readonly<Record<string, number>> = {
  'private.example.com': 400,
  'half.example.com': 400,
  'mapped.example.com': 400,
  'no-such-name.example.com.invalid': 400,
  'rebinding.example.com': 201,
};

const withinMs = 30_000;

/**
 * Real processes whose resolver lies (names.ts): a name that is private is refused at save; one that becomes private afterwards, and settings that
 * somebody wrote into Redis past the API, at the connection. A server on loopback counts who comes.
 */
export const webhookVerdicts = once(async (): Promise<Verdict[]> => {
  const lying = `--import=${path.join(import.meta.dirname, 'names.ts')}`;
  const stand = await Stand.open({ worker: true, env: { NODE_OPTIONS: lying } });
  const inner = await Inner.start();
  const verdicts: Verdict[] = [];
  const note = (row: string, name: string, status: number, faults: readonly string[]): void =>
    void verdicts.push({ family: 'webhooks', row, name, status, faults, deviates: undefined });
  const sinks = await spawnApp('sinks', { ...stand.env, NAMES_AT: 'rebound' }, { timeoutMs: 60_000 });
  try {
    let row = 0;
    for (const [name, expected] of Object.entries(names)) {
      const url = `https://${name}:${inner.port}/`;
      const { status, body } = await stand.json('admin', 'PUT', '/v1/sinks/led', { kind: 'webhook', url, attempts: 2 });
      const isRight = status === expected && (status === 201 || body.type === '/problems/webhook-url-forbidden');
      note(`H${++row}`, `saved: ${name}`, status, isRight ? [] : [`${status} ${JSON.stringify(body)}`]);
    }
    await past(stand, inner.port);
    await until(stand, ({ name, state }) => name === 'led' && state === 'delivering');
    const isSaid = (): boolean => sinks.logs.some(({ level, sink }) => level === 'error' && sink === 'past');
    await until(stand, isSaid);
    await stand.json('write', 'POST', '/v1/jobs?wait=20', {
      items: [{ sku: 'LED-1', price: '10.00', currency: 'EUR' }],
    });
    const led = await until(stand, ({ name, dead }) => name === 'led' && Number(dead) > 0);
    const letters = await stand.json('read', 'GET', '/v1/sinks/led/dead');
    const [letter] = (letters.body.items ?? []) as Json[];
    const faults = led && letter?.reason === 'forbidden-address' ? [] : [`dead letter: ${JSON.stringify(letter)}`];
    note(`H${++row}`, 'delivered to: rebinding.example.com', letters.status, faults);
    note(`H${++row}`, 'written into Redis past the API: 127.0.0.1', 0, isSaid() ? [] : ['the process does not say so']);
    const hits = inner.connections === 0 ? [] : [`${inner.connections} connections within`];
    note(`H${++row}`, 'connections within', inner.connections, hits);
    return verdicts;
  } finally {
    await sinks.kill();
    inner.close();
    await stand.close();
  }
});

/** Somebody else in Redis saves a sink at loopback. */
async function past(stand: Stand, port: number): Promise<void> {
  const admin = new Redis(stand.redis.url);
  const pace = { timeoutMs: 1000, attempts: 2, concurrency: 1, startWith: 'now' };
  const triggers = { errorPercent: false, p99Ms: false, minutes: 5, minDeliveries: 100 };
  const settings = {
    kind: 'http',
    url: `https://127.0.0.1:${port}/`,
    method: 'POST',
    headers: {},
    allowPrivate: false,
  };
  await admin.hset('{reprice:0}:sinks', 'past', JSON.stringify({ ...settings, ...pace, triggers }));
  admin.disconnect();
}

/** Waits for a sink to be so; undefined when it does not come to it. */
async function until(stand: Stand, isSo: (sink: Json) => boolean): Promise<Json | undefined> {
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    const { body } = await stand.json('read', 'GET', '/v1/sinks');
    const found = (body.items as Json[]).find(isSo);
    if (found) return found;
    await sleep(200);
  }
  return undefined;
}

/** A server that nobody should come to. */
class Inner {
  readonly #server: Server;
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', () => this.connections++);
  }

  static async start(): Promise<Inner> {
    const server = createServer((_req, res) => void res.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Inner(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
