import { boundedLabel, type Counter, type Histogram, type Meter } from '@reprice/telemetry/metrics';
import type { Request, RequestHandler, Response } from 'express';
import { boardPath } from '../routes/board.ts';

/** Seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts the requests of the API by route, as the route is written (`/v1/prices/:sku`), never by what a client put into it. */
export class HttpMetrics {
  readonly #route = boundedLabel(200);
  readonly #open = new Map<Response, Request>();
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;

  constructor(meter: Meter) {
    this.#requests = meter.counter(
      'reprice_http_requests_total',
      ['method', 'route', 'status'],
      'Requests that ended, by route and status.',
    );
    this.#seconds = meter.histogram(
      'reprice_http_request_seconds',
      ['route'],
      BUCKETS,
      'From the first byte of a request to the last of its answer; event streams left out.',
    );
    const open = this.#open;
    meter.gauge('reprice_event_clients', [], 'Clients that listen to GET /v1/events.', (gauge) =>
      gauge.set([...open].filter(([res, req]) => isEventStream(req) && res.headersSent).length),
    );
    meter.gauge('reprice_http_requests_open', [], 'Requests under way, this one and event streams included.', (gauge) =>
      gauge.set(open.size),
    );
  }

  readonly middleware: RequestHandler = (req, res, next) => {
    const startedMs = performance.now();
    this.#open.set(res, req);
    res.once('close', () => {
      this.#open.delete(res);
      const method = METHODS.has(req.method) ? req.method : 'other';
      const route = this.#routeOf(req);
      this.#requests.inc({ method, route, status: String(res.statusCode) });
      if (!isEventStream(req)) this.#seconds.observe({ route }, (performance.now() - startedMs) / 1000);
    });
    next();
  };

  #routeOf(req: Request): string {
    // As it was sent: a path that is none must not become an error here.
    const sent = req.originalUrl.split('?', 1)[0] ?? '';
    if (sent === boardPath || sent.startsWith(`${boardPath}/`)) return boardPath;
    const path = pathOf(req);
    return path === undefined ? 'none' : this.#route(path);
  }
}

function isEventStream(req: Request): boolean {
  return pathOf(req) === '/v1/events';
}

/** The path of the route that took the request. */
function pathOf(req: Request): string | undefined {
  const { path } = (req.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? path : undefined;
}
