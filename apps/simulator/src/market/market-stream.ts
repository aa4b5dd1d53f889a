import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { Disorder } from './disorder.ts';
import type { Market } from './market.ts';
import type { MarketFaults } from './market-faults.ts';
import { type StreamNote, Subscriber } from './subscriber.ts';

/** Where the stream is. */
const streamPath = '/market/stream';

/** A client of the stream says a few words; nothing of it is longer. */
const mostClientBytes = 65_536;

/** What the stream is set up with. */
export interface MarketStreamOptions {
  readonly market: Market;
  /** Whether a key is taken; '' is none. */
  readonly takesKey: (key: string) => boolean;
  readonly faults: MarketFaults;
  readonly nowMs: () => number;
  readonly steadyMs: () => number;
  readonly heartbeatMs: number;
  /** Hears what clients can know of. */
  readonly note: (note: StreamNote) => void;
}

/** The market's events as a WebSocket stream: `{"type":"subscribe"}`, then every event from there on, and heartbeats. */
export class MarketStream {
  readonly #options: MarketStreamOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: mostClientBytes,
    // Nothing is compressed; but a client that offers it is to find out what it lets itself in for.
    perMessageDeflate: true,
  });
  readonly #subscribers = new Set<Subscriber>();
  readonly #closes = new Map<number, number>();
  readonly #beat: NodeJS.Timeout;

  constructor(options: MarketStreamOptions) {
    this.#options = options;
    options.market.onEvents((events) => {
      for (const subscriber of this.#subscribers) subscriber.deliver(events);
    });
    this.#beat = setInterval(() => this.#sendHeartbeats(), options.heartbeatMs);
  }

  /** Takes the upgrade of an HTTP connection; one to any other path is refused with 404. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Of a client that is gone before it is answered.
    socket.on('error', () => {});
    const url = URL.parse(request.url ?? '/', 'http://simulator');
    if (url?.pathname !== streamPath) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const { market, faults, steadyMs, note } = this.#options;
    if (faults.draw('refuse') !== undefined) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const disorder = new Disorder(faults);
      const last = () => market.last;
      const subscriber = new Subscriber({ socket: webSocket, connection: socket, last, disorder, steadyMs, note });
      const refusal = this.#refusalOf(request, url);
      if (refusal !== undefined) return subscriber.refuse(...refusal);
      this.#subscribers.add(subscriber);
      webSocket.once('close', (code) => {
        this.#subscribers.delete(subscriber);
        this.#closes.set(code, (this.#closes.get(code) ?? 0) + 1);
      });
    });
  }

  /** How often a connection that was served ended with each code; 1006 = without a word. */
  get closes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#closes);
  }

  /** Ends at once, with all connections. */
  close(): void {
    clearInterval(this.#beat);
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #refusalOf(request: IncomingMessage, url: URL): [code: string, message: string] | undefined {
    const { origin, host, authorization = '' } = request.headers;
    if (url.search !== '')
      return ['key-in-query', 'send the key in the header Authorization: Bearer KEY; what is in a URL ends in logs'];
    if (origin !== undefined && !isOf(origin, host)) return ['foreign-origin', `pages of ${origin} get nothing here`];
    if (!this.#options.takesKey(authorization.replace(/^Bearer /i, '')))
      return ['invalid-key', 'the API key is not known here'];
    return undefined;
  }

  #sendHeartbeats(): void {
    const at = new Date(this.#options.nowMs()).toISOString();
    for (const subscriber of this.#subscribers) subscriber.beat(at);
  }
}

function isOf(origin: string, host: string | undefined): boolean {
  return URL.parse(origin)?.host === host;
}
