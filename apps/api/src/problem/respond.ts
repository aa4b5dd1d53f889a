import type { ErrorRequestHandler, Request, Response } from 'express';
import type { RequestLog } from '../http/request-log.ts';
import { isForeignValue, isOutOfMemory, isUnavailable } from './dependency.ts';
import { Problem, unavailable } from './problem.ts';

/** Turns whatever a handler threw into the problem that the client may see. Never carries the text of an unknown error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    return unavailable(`${reasonOf(error)}; nothing of this request was accepted.`, error);
  }
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    return new Problem('malformed-request', 'The path or the headers of the request cannot be read.', { cause: error });
  }
  return new Problem(
    'internal',
    'The request failed for a reason that is not yours; the log has it under the request id.',
    {
      cause: error,
    },
  );
}

function reasonOf(error: unknown): string {
  if (isOutOfMemory(error)) return 'Redis is out of memory and takes no writes';
  if (isForeignValue(error))
    return 'A key of Reprice in Redis holds a value of another type, so something else wrote there';
  return 'Redis does not answer or takes no writes';
}

/** Sends a problem. Where the body was not read to its end, the rest is swallowed so that the client gets to read the answer. */
export function sendProblem(req: Request, res: Response, problem: Problem): void {
  for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
  res.setHeader('cache-control', 'no-store');
  res
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problem.toBody(requestIdOf(res))));
  if (!req.readableEnded) swallowRest(req);
}

/** The one error middleware: every answer that is not a success passes here. */
export function errorMiddleware(log: RequestLog): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const problem = problemOf(error);
    if (problem.code === 'internal') log.failure(res, problem.cause ?? problem);
    else if (problem.status >= 500) log.refused(res, problem.cause ?? problem);
    // Half an answer is out already: only cutting the connection tells the client that it is not whole.
    if (res.headersSent) res.destroy();
    else if (!req.socket.destroyed) sendProblem(req, res, problem);
  };
}

/** How long the rest of a refused body is read and thrown away before the connection is cut. */
const swallowMs = 10_000;

function swallowRest(req: Request): void {
  req.resume();
  const cut = setTimeout(() => {
    if (!req.readableEnded) req.socket.destroy();
  }, swallowMs);
  cut.unref();
  req.once('close', () => clearTimeout(cut));
}

function requestIdOf(res: Response): string | undefined {
  const id = res.getHeader('x-request-id');
  return typeof id === 'string' ? id : undefined;
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}
