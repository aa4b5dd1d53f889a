import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

/** What the API asks of a logger; telemetry's pino logger fits. */
export interface ApiLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

// A client may hand in its own id for its own traces; anything that could forge or bloat a log line is replaced.
const clientRequestId = /^[A-Za-z0-9._-]{1,64}$/;

/** Gives each request an id and writes one line for it when it is over. */
export class RequestLog {
  readonly #logger: ApiLogger;
  readonly #reasons = new WeakMap<Response, string>();

  constructor(logger: ApiLogger) {
    this.#logger = logger;
  }

  /** Middleware: sets `x-request-id`, logs `{requestId, method, path, status, ms, key}` once the answer is out or cut. */
  readonly middleware: RequestHandler = (req, res, next) => {
    const given = req.headers['x-request-id'];
    const requestId = typeof given === 'string' && clientRequestId.test(given) ? given : randomUUID();
    res.setHeader('x-request-id', requestId);
    const startedMs = performance.now();
    // The path is kept from here: routers below rewrite req.url.
    const path = pathOf(req.originalUrl);
    const { method } = req;
    res.once('close', () => {
      const fields = {
        requestId,
        method,
        path,
        status: res.statusCode,
        ms: Math.round((performance.now() - startedMs) * 10) / 10,
        key: (res.locals as { caller?: { name: string } }).caller?.name,
        ...(!res.writableFinished && { cut: true }),
        ...(this.#reasons.has(res) && { reason: this.#reasons.get(res) }),
      };
      if (path === '/healthz' || path === '/readyz' || path === '/metrics') this.#logger.debug(fields, 'request');
      else this.#logger.info(fields, 'request');
    });
    next();
  };

  /** Says in the request's own line why a service that is needed was not there: in an outage every request does this. */
  refused(res: Response, error: unknown): void {
    this.#reasons.set(res, error instanceof Error ? error.message : String(error));
  }

  /** Logs the cause of a 500 under the request's id. */
  failure(res: Response, error: unknown): void {
    this.#logger.error({ requestId: res.getHeader('x-request-id'), err: error }, 'request failed');
  }
}

// Without the query: a key put there by mistake must not reach the log. Percent-encoding keeps it one line.
function pathOf(url: string): string {
  const end = url.indexOf('?');
  return (end === -1 ? url : url.slice(0, end)).slice(0, 300);
}
