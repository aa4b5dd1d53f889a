import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it arrived. */
export interface Arrival {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that a sink sends to, on loopback, and all that it was sent. */
export interface FarEnd {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** Connections that were ever made. */
  connections(): number;
}

/** How it answers; the body was read. */
export type Answering = (arrival: Arrival, ...args: Parameters<RequestListener>) => void;

/** Starts one for this test; `pfx` with the passphrase x makes it speak TLS. */
export async function farEnd(answer: Answering, pfx?: Buffer): Promise<FarEnd> {
  const arrivals: Arrival[] = [];
  let connections = 0;
  const listener: RequestListener = async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const arrival = { method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(chunks).toString() };
    arrivals.push(arrival);
    answer(arrival, req, res);
  };
  const server = pfx ? createTlsServer({ pfx, passphrase: 'x' }, listener) : createServer(listener);
  (server as Server).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http${pfx ? 's' : ''}://127.0.0.1:${port}/in`, arrivals, connections: () => connections };
}
