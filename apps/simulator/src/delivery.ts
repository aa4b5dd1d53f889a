import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { deliverHostile, type HostileEnding } from './hostile-delivery.ts';

/** An answer on its way: what is sent, how long it takes, and how it ends. */
export interface Delivery {
  readonly headers: OutgoingHttpHeaders;
  /** Sent at once, or in two halves when there is a latency: one after half of it, one at its end. */
  readonly frames: readonly string[];
  readonly latencyMs: number;
  readonly ending: Ending;
}

/** `reset-before` resets before the status, `reset` after the frames; a hostile one sends no frames. */
export type Ending = 'proper' | 'reset-before' | 'reset' | HostileEnding;

const hostileEndings: ReadonlySet<Ending> = new Set<HostileEnding>(['hang', 'drip', 'slow-headers', 'gzip-bomb']);

/** Sends a 200 as the delivery says. A client that goes away stops what has not been sent. */
export function deliver(response: ServerResponse, delivery: Delivery): void {
  const { latencyMs, ending, headers } = delivery;
  if (isHostile(ending)) deliverHostile(response, ending, headers);
  else if (latencyMs > 0) deliverSlowly(response, delivery);
  else if (ending === 'proper') sendAtOnce(response, delivery);
  else begin(response, delivery, delivery.frames.length);
}

function isHostile(ending: Ending): ending is HostileEnding {
  return hostileEndings.has(ending);
}

/** With its length known, head and body are one write; chunked they would be a system call of many pieces. */
function sendAtOnce(response: ServerResponse, delivery: Delivery): void {
  const body = delivery.frames.join('');
  response.writeHead(200, { ...delivery.headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function deliverSlowly(response: ServerResponse, delivery: Delivery): void {
  const half = Math.ceil(delivery.frames.length / 2);
  let timer = setTimeout(() => {
    begin(response, delivery, half);
    if (delivery.ending === 'reset-before') return;
    timer = setTimeout(() => finish(response, delivery, half), delivery.latencyMs / 2);
  }, delivery.latencyMs / 2);
  response.once('close', () => clearTimeout(timer));
}

/** Sends the status and the first frames; when these are all, the end as well. */
function begin(response: ServerResponse, delivery: Delivery, count: number): void {
  if (delivery.ending === 'reset-before') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(200, delivery.headers);
  response.write(delivery.frames.slice(0, count).join(''));
  if (delivery.latencyMs === 0) finish(response, delivery, count);
}

function finish(response: ServerResponse, delivery: Delivery, from: number): void {
  const rest = delivery.frames.slice(from).join('');
  // Chunked and not ended, so that the client cannot take the reset for the end.
  if (delivery.ending === 'reset') response.write(rest || '\n', () => response.socket?.resetAndDestroy());
  else response.end(rest);
}
