import { connect, type Socket } from 'node:net';

/** One answer as it came over the wire. */
export interface Answer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the first byte sent to the last one read. */
  readonly tookMs: number;
  /** The server ended the connection after it. */
  readonly closed: boolean;
}

/** What to send: bytes at once, or pieces with a pause before each, of which one may cut the connection. */
export type Bytes = string | Buffer | readonly Piece[];

export interface Piece {
  readonly afterMs?: number;
  readonly bytes: string | Buffer;
}

/** As a piece: the connection is cut here. */
export const cut: Piece = { afterMs: 50, bytes: '' };

/** A request put together by its parts; `host`, `connection` and, for a body, `content-length` are added unless given. */
export interface Parts {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** The bytes of a request, however odd its parts are. */
export function requestBytes({ method = 'GET', path, headers = {}, body }: Parts): Buffer {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!names.has('host')) lines.push('host: 127.0.0.1');
  for (const [name, value] of Object.entries(headers)) for (const one of [value].flat()) lines.push(`${name}: ${one}`);
  const framed = names.has('content-length') || names.has('transfer-encoding');
  if (body !== undefined && !framed) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body ?? '')]);
}

/** A connection on which requests are sent and answers read, one after the other. */
export class Wire {
  readonly socket: Socket;
  /** Requests sent so far. */
  asked = 0;
  #unread = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    this.socket.on('error', end).on('end', end).on('close', end);
  }

  get isOpen(): boolean {
    return !this.#ended && this.socket.writable;
  }

  /** Sends and reads one answer; one of status 0 when none comes before the end or `timeoutMs`. */
  async ask(bytes: Bytes, { timeoutMs = 45_000, head = false } = {}): Promise<Answer> {
    const startedMs = performance.now();
    this.asked++;
    const late = setTimeout(() => this.socket.destroy(), timeoutMs);
    void this.#send(bytes);
    try {
      for (;;) {
        const found = readAnswer(this.#unread, this.#ended, head);
        if (found !== undefined) {
          this.#unread = this.#unread.subarray(found.bytes);
          const closed = this.#ended || found.headers.connection?.toLowerCase() === 'close';
          return { ...found, closed, tookMs: performance.now() - startedMs };
        }
        if (this.#ended)
          return { status: 0, headers: {}, body: '', closed: true, tookMs: performance.now() - startedMs };
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    this.socket.destroy();
  }

  async #send(bytes: Bytes): Promise<void> {
    if (typeof bytes === 'string' || Buffer.isBuffer(bytes)) {
      this.socket.write(bytes);
      return;
    }
    for (const piece of bytes) {
      if (piece.afterMs !== undefined) await new Promise((resolve) => setTimeout(resolve, piece.afterMs));
      if (!this.isOpen) return;
      if (piece === cut) {
        this.socket.resetAndDestroy();
        return;
      }
      if (!this.socket.write(piece.bytes))
        await new Promise<void>((resolve) => {
          this.socket.once('drain', resolve).once('close', resolve);
        });
    }
  }
}

/** One request on a connection of its own. */
export async function exchange(url: string, request: Parts | Bytes, timeoutMs?: number): Promise<Answer> {
  const wire = new Wire(url);
  const parts = typeof request === 'object' && 'path' in request ? request : undefined;
  const bytes = parts === undefined ? (request as Bytes) : requestBytes(parts);
  try {
    return await wire.ask(bytes, { head: parts?.method === 'HEAD', ...(timeoutMs !== undefined && { timeoutMs }) });
  } finally {
    wire.close();
  }
}

type Found = Pick<Answer, 'status' | 'headers' | 'body'> & { bytes: number };

/** The first answer in what was read, undefined while it is not whole. */
function readAnswer(unread: Buffer, ended: boolean, head: boolean): Found | undefined {
  const headEnd = unread.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...lines] = unread.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  const from = headEnd + 4;
  const found = (body: Buffer, bytes: number): Found => ({ status, headers, body: body.toString('utf8'), bytes });
  if (status >= 100 && status < 200) {
    const rest = readAnswer(unread.subarray(from), ended, head);
    return rest && { ...rest, bytes: rest.bytes + from };
  }
  // What comes after the head has no end.
  if (headers['content-type']?.startsWith('text/event-stream')) {
    headers.connection = 'close';
    return found(Buffer.alloc(0), unread.length);
  }
  if (head || status === 204 || status === 304) return found(Buffer.alloc(0), from);
  if (headers['transfer-encoding']?.includes('chunked')) {
    const whole = unchunked(unread, from);
    if (whole !== undefined) return found(whole.body, whole.end);
    return ended ? found(unread.subarray(from), unread.length) : undefined;
  }
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (Number.isNaN(length)) return ended ? found(unread.subarray(from), unread.length) : undefined;
  if (unread.length < from + length && !ended) return undefined;
  return found(unread.subarray(from, from + length), from + length);
}

function unchunked(bytes: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const pieces: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    const from = lineEnd + 2;
    if (bytes.length < from + size + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(pieces), end: from + 2 };
    pieces.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
