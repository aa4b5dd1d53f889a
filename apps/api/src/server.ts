import { createServer, maxHeaderSize, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { StartError } from '@reprice/process';
import { Connections } from './http/connections.ts';
import { inTurn } from './http/in-turn.ts';
import { Problem } from './problem/problem.ts';

/** A server that listens. */
export interface ListeningServer {
  readonly url: string;
  /** Listens no more, lets requests finish for at most `graceMs`, then cuts the rest. */
  stop(graceMs: number): Promise<void>;
}

/** Serves the app. Rejects with a StartError when the address cannot be listened on. */
export async function serve(app: RequestListener, host: string, port: number): Promise<ListeningServer> {
  const server = createServer({
    // Headers must come within 10 s, looked at every 2 s: a client that drips them is gone after 15 s.
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
    // An upload may take as long as bytes flow; body.ts ends those that do not.
    requestTimeout: 0,
    keepAliveTimeout: 30_000,
    // The app refuses a request without Host itself: Node's own refusal is no problem+json.
    requireHostHeader: false,
  });
  const connections = new Connections(server);
  server.on('request', inTurn(app));
  server.on('clientError', refuseUnreadable);
  // Other expectations than 100-continue may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', (req, res) => server.emit('request', req, res));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error)));
    server.listen(port, host, () => resolve());
  });
  return { url: urlOf(server), stop: (graceMs) => connections.stop(graceMs) };
}

/** For a person; the process may be started again as it is, for an address that is taken may become free. */
function listenError({ message, code }: NodeJS.ErrnoException): StartError {
  const hint = code === 'EADDRINUSE' ? 'another process listens there' : 'this machine does not allow it';
  return new StartError(`${message}: ${hint}. Set HOST or PORT to something else; PORT=0 takes any free port.`, 1);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const reachable = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${family === 'IPv6' && reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Answers what is not HTTP, or HTTP with too large a header: Node ends such connections, this says why. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = unreadable(error.code);
  const { status } = problem;
  const body = JSON.stringify(problem.toBody(undefined));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function unreadable(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers-too-large', `The headers may have ${maxHeaderSize} bytes at most.`);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('request-timeout', 'The headers came too slowly.');
  return new Problem('malformed-request', 'This is no HTTP that can be read.');
}
