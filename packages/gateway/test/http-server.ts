import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What arrived at a test server. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A base URL and what was sent to it. */
export interface TestServer {
  readonly url: string;
  readonly received: readonly Received[];
}

/** An HTTP server that answers each request, once its body is in, with `answer`; gone when the test ends. */
export async function httpServer(
  answer: (response: ServerResponse, request: Received, socket: Socket) => void,
): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const got = { method, url, headers, body: Buffer.concat(chunks).toString() };
      received.push(got);
      answer(response, got, request.socket);
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: await listen(server), received };
}

/** A TCP server that writes what it likes to each connection that sends something; gone when the test ends. */
export async function tcpServer(answer: (socket: Socket) => void): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: await listen(server) };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** One event of a stream that carries text. */
export function textEvent(content: string): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

/** The events that end a stream. */
export const streamEnd = `${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}${event({
  choices: [],
  usage: { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 64 } },
})}data: [DONE]\n\n`;

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
