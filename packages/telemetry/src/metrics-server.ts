import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { Registry } from 'prom-client';

/** Whether a process does its work; `detail` is for a person. */
export interface Liveness {
  readonly ok: boolean;
  readonly detail: string;
}

/** What is served, and to whom. */
export interface MetricsServerOptions {
  readonly registry: Registry;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Bearer secrets, one of which `/metrics` asks for; absent: open to all who can reach it, which must be this machine alone. */
  readonly secrets?: readonly string[];
  readonly liveness: () => Liveness;
}

/** A server of `/metrics` (Prometheus) and `/healthz` (200 alive, 503 not) for a process that has no other. */
export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it. Rejects with the socket's error, e.g. `EADDRINUSE`. */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port } = options;
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (req, res) => {
    answer(options, req, res).catch(() => problem(res, 500, 'internal', 'The metrics could not be collected.'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(options: MetricsServerOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { registry, secrets, liveness } = options;
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  const path = (req.url ?? '').split('?')[0];
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('allow', 'GET, HEAD');
    return problem(res, 405, 'method-not-allowed', 'Here GET, HEAD is taken.');
  }
  if (path === '/healthz') {
    const { ok, detail } = liveness();
    return send(res, ok ? 200 : 503, 'application/json', JSON.stringify({ status: ok ? 'alive' : 'stuck', detail }));
  }
  // A page whose name was rebound to this machine sends its own name.
  if (secrets === undefined && !isOwnName(req.headers.host ?? ''))
    return problem(res, 421, 'misdirected', 'This server answers to localhost and addresses only.');
  if (secrets !== undefined && !isKnown(secrets, req.headers.authorization)) {
    res.setHeader('www-authenticate', 'Bearer realm="reprice"');
    return problem(res, 401, 'unauthenticated', 'Send a key of the API as `Authorization: Bearer <key>`.');
  }
  if (path !== '/metrics') return problem(res, 404, 'not-found', 'Here are /metrics and /healthz.');
  send(res, 200, registry.contentType, await registry.metrics());
}

function isOwnName(header: string): boolean {
  const name = header.replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  return isIP(name) !== 0 || /^(.+\.)?localhost$/i.test(name);
}

function isKnown(secrets: readonly string[], header: string | undefined): boolean {
  const sent = sha256(/^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? '');
  let isOne = false;
  for (const secret of secrets) if (timingSafeEqual(sha256(secret), sent)) isOne = true;
  return isOne;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function problem(res: ServerResponse, status: number, name: string, detail: string): void {
  const body = { type: `/problems/${name}`, title: STATUS_CODES[status], status, detail };
  if (!res.headersSent) send(res, status, 'application/problem+json', JSON.stringify(body));
}

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
