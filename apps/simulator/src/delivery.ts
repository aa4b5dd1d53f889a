import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** An answer on its way: what is sent, how long it takes, and how it ends. */
export interface Delivery {
  readonly headers: OutgoingHttpHeaders;
  /** Sent in two halves when there is a latency: one after half of it, one at its end. */
  readonly frames: readonly string[];
  readonly latencyMs: number;
  /** `hang` sends nothing; `reset-before` resets before the status, `reset` after the frames. */
  readonly ending: 'proper' | 'hang' | 'reset-before' | 'reset';
}

/** Sends a 200 as the delivery says. A client that goes away stops what has not been sent. */
export function deliver(response: ServerResponse, delivery: Delivery): void {
  const { latencyMs, ending } = delivery;
  if (ending === 'hang') return;
  if (latencyMs === 0) {
    begin(response, delivery, 0);
    return;
  }
  let timer = setTimeout(() => {
    const half = Math.floor(delivery.frames.length / 2);
    begin(response, delivery, half);
    if (half > 0 && ending !== 'reset-before')
      timer = setTimeout(() => finish(response, delivery, half), latencyMs / 2);
  }, latencyMs / 2);
  response.once('close', () => clearTimeout(timer));
}

/** Sends the status and the first frames; all of them, and the end, when `count` is 0. */
function begin(response: ServerResponse, delivery: Delivery, count: number): void {
  if (delivery.ending === 'reset-before') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(200, delivery.headers);
  if (count === 0) finish(response, delivery, 0);
  else response.write(delivery.frames.slice(0, count).join(''));
}

function finish(response: ServerResponse, delivery: Delivery, from: number): void {
  const rest = (from === 0 ? delivery.frames : delivery.frames.slice(from)).join('');
  if (delivery.ending === 'reset') {
    // Chunked and not ended, so that the client cannot take the reset for the end.
    response.flushHeaders();
    response.write(rest === '' ? '\n' : rest, () => response.socket?.resetAndDestroy());
  } else response.end(rest);
}
