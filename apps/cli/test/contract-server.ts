import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

/** A request as it arrived, with its whole body. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the server answers: status, body (an object is JSON), headers. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (seen: Seen, res: ServerResponse) => Answer | undefined;

/** An HTTP server that answers as the contract says, from what a test lays down. */
export class ContractServer {
  url = '';
  readonly seen: Seen[] = [];
  readonly #handlers = new Map<string, Handler>();
  #server = createServer();

  static async start(): Promise<ContractServer> {
    const server = new ContractServer();
    await server.start();
    return server;
  }

  /** Listens, and has seen nothing yet nor has it an answer. */
  async start(): Promise<void> {
    this.seen.length = 0;
    this.#handlers.clear();
    this.#server = createServer((req, res) => void this.#answer(req, res));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lays down the answer to `GET /v1/batches/b1` and the like; a handler may also write the response itself and give nothing. */
  on(route: string, answer: Answer | Handler): this {
    this.#handlers.set(route, typeof answer === 'function' ? answer : () => answer);
    return this;
  }

  /** The requests to a route, in order. */
  to(route: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === route);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://server');
    const route = `${req.method} ${url.pathname}`;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const seen = { method: req.method ?? '', path: url.pathname, query: url.searchParams, headers: req.headers, body };
    this.seen.push(seen);
    const handler = this.#handlers.get(route) ?? (() => problem(404, 'not-found', 'There is no such thing'));
    const answer = handler(seen, res);
    if (answer === undefined) return;
    const isText = typeof answer.body === 'string';
    const type = isText ? 'text/plain' : 'application/json';
    res.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers });
    res.end(isText ? answer.body : JSON.stringify(answer.body ?? null));
  }
}

/** A server of its own for each test of the file, and the environment of a command that asks it. */
export function contractServer(): { api: ContractServer; env: { REPRICE_URL: string; REPRICE_API_KEY: string } } {
  const api = new ContractServer();
  beforeEach(() => api.start());
  afterEach(() => api.stop());
  const env = {
    get REPRICE_URL() {
      return api.url;
    },
    REPRICE_API_KEY: 'k',
  };
  return { api, env };
}

/** An error as the API writes it. */
export function problem(
  status: number,
  kind: string,
  title: string,
  rest: object = {},
  headers: Record<string, string> = {},
): Answer {
  const body = { type: `/problems/${kind}`, title, status, ...rest };
  return { status, body, headers: { 'content-type': 'application/problem+json', ...headers } };
}

/** A batch as the API shows it: 5 SKUs, all priced, 1 line rejected. */
export function batch(changes: object = {}): Record<string, unknown> {
  return {
    id: 'b1',
    status: 'done',
    priority: 'normal',
    mode: 'live',
    total: 5,
    rejected: 0,
    unchanged: 0,
    priced: 5,
    held: 0,
    failed: 0,
    waiting: 0,
    costUsd: '0.001234567',
    tokens: 220,
    calls: 1,
    createdAt: '2026-11-21T10:00:00.000Z',
    finishedAt: '2026-11-21T10:00:02.000Z',
    etaSeconds: 0,
    ignoredFields: [],
    ...changes,
  };
}

/** A price as the API shows it. */
export function price(sku: string, changes: object = {}): Record<string, unknown> {
  return {
    sku,
    price: '12.90',
    currency: 'EUR',
    previousPrice: '12.00',
    changePercent: 7.5,
    source: 'model',
    strategy: 'balanced',
    confidence: 0.8,
    reason: 'scarce',
    guardrails: [],
    model: 'deepseek-v3.2',
    route: 'stable',
    costUsd: '0.000007532',
    revision: 3,
    snapshotAt: '2026-11-21T09:59:00.000Z',
    pricedAt: '2026-11-21T10:00:01.000Z',
    ...changes,
  };
}

/** Items as NDJSON. */
export function ndjson(items: readonly unknown[]): Answer {
  const body = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  return { body, headers: { 'content-type': 'application/x-ndjson' } };
}
