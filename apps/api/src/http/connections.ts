import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Socket, Server as TcpServer } from 'node:net';

/** A connection that asked nothing for so long after the stop began is closed, in ms: longer than a client takes to send its next request. */
const idleMs = 1000;
const lookMs = 200;

/** What one connection is at. */
interface Use {
  requests: number;
  bytesRead: number;
  sinceMs: number;
}

/**
 * The connections of a server, so that it can end without cutting anybody off: from the stop on each answer says `Connection: close`, and
 * a connection is closed by the server alone only when it has been silent. (`server.close()` closes what is idle at that instant, where a
 * request may be on its way, and the client sees a reset.)
 */
export class Connections {
  readonly #server: Server;
  readonly #uses = new Map<Socket, Use>();
  readonly #answers = new Set<ServerResponse>();
  #isStopping = false;

  /** To be made before the server has any other listener for requests. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#uses.set(socket, { requests: 0, bytesRead: 0, sinceMs: performance.now() });
      socket.once('close', () => this.#uses.delete(socket));
    });
    server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      const use = this.#uses.get(req.socket);
      if (use) use.requests++;
      this.#answers.add(res);
      if (this.#isStopping) res.setHeader('connection', 'close');
      res.once('close', () => {
        this.#answers.delete(res);
        if (!use) return;
        use.requests--;
        use.sinceMs = performance.now();
      });
    });
  }

  /** Listens no more, lets requests finish for at most `graceMs`, then cuts the rest. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    for (const res of this.#answers) if (!res.headersSent) res.setHeader('connection', 'close');
    const startedMs = performance.now();
    for (const use of this.#uses.values()) use.sinceMs = startedMs;
    const looking = setInterval(() => this.#closeIdle(), Math.min(lookMs, graceMs));
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    // Not the close() of http.Server, which closes idle connections at once.
    await new Promise<void>((resolve) => {
      TcpServer.prototype.close.call(this.#server, () => resolve());
    });
    clearTimeout(cut);
    clearInterval(looking);
    this.#server.close();
  }

  #closeIdle(): void {
    const nowMs = performance.now();
    for (const [socket, use] of this.#uses) {
      // The first bytes of a request that is not whole yet.
      if (socket.bytesRead !== use.bytesRead) use.sinceMs = nowMs;
      use.bytesRead = socket.bytesRead;
      if (use.requests > 0) continue;
      if (nowMs - use.sinceMs >= 2 * idleMs) socket.destroy();
      else if (nowMs - use.sinceMs >= idleMs) socket.end();
    }
  }
}
