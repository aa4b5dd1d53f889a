import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** How an answer ends that is there to hold its reader up. */
export type HostileEnding = 'hang' | 'drip' | 'slow-headers' | 'gzip-bomb';

const everyMs = 200;
const bombBytes = 50_000_000;

let bomb: Buffer | undefined;

/**
 * Answers so that a reader without limits of its own would wait or swell for ever: never; headers, or a body, that
 * come in small pieces without end; 50 MB of zeros in 50 KB of gzip.
 */
export function deliverHostile(response: ServerResponse, ending: HostileEnding, headers: OutgoingHttpHeaders): void {
  if (ending === 'hang') return;
  if (ending === 'gzip-bomb') {
    bomb ??= gzipSync(Buffer.alloc(bombBytes));
    response.writeHead(200, { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': bomb.length });
    response.end(bomb);
  } else if (ending === 'drip') {
    response.writeHead(200, headers);
    response.flushHeaders();
    repeat(response, () => response.write(':'));
  } else {
    // Past node:http, which sends headers whole.
    response.socket?.write('HTTP/1.1 200 OK\r\n');
    repeat(response, () => response.socket?.write('X-Slow: 1\r\n'));
  }
}

function repeat(response: ServerResponse, send: () => unknown): void {
  const timer = setInterval(send, everyMs);
  response.once('close', () => clearInterval(timer));
}
