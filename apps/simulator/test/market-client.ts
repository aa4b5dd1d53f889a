import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { MarketEvent } from '../src/market/market.ts';
import type { StreamFrame } from '../src/market/subscriber.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/server.ts';

export async function simulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const started = await startSimulator(options);
  onTestFinished(() => started.close());
  return started;
}

export const base = (of: Simulator): string => `http://127.0.0.1:${of.port}`;

export async function get<T>(of: Simulator, path: string): Promise<T> {
  return (await (await fetch(base(of) + path)).json()) as T;
}

export function move(of: Simulator, body: object): Promise<Response> {
  return fetch(`${base(of)}/market/move`, { method: 'POST', body: JSON.stringify(body) });
}

/** A client of the stream that notes all frames, and lets a test wait for one. */
export class Client {
  readonly frames: StreamFrame[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<[number, Buffer]>;

  constructor(of: Simulator, { path = '/market/stream', headers = {}, subscribes = true } = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${of.port}${path}`, { headers });
    this.closed = once(this.socket, 'close') as Promise<[number, Buffer]>;
    this.socket.on('open', () => subscribes && this.socket.send('{"type":"subscribe"}'));
    this.socket.on('message', (data) => this.frames.push(JSON.parse(String(data))));
    onTestFinished(() => this.socket.terminate());
  }

  get events(): MarketEvent[] {
    return this.frames.filter((frame) => frame.type === 'event');
  }

  async until(is: () => boolean): Promise<void> {
    while (!is()) await once(this.socket, 'message');
  }
}
