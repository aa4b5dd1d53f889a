import type { ResolveHost, TargetTerms } from '@reprice/config';
import { Agent, type Dispatcher } from 'undici';
import { guardedLookup } from './guarded-lookup.ts';

/** As much of an answer as is read, bytes; what comes beyond is cut, and the connection with it. */
const ANSWER_BYTES = 65_536;

/** Where and how a sink sends. */
export interface TargetOptions extends TargetTerms {
  /** One that readTargetUrl accepted. */
  readonly url: URL;
  readonly method: 'POST' | 'PUT';
  /** Of an attempt as a whole: name, connection, request and answer. */
  readonly timeoutMs: number;
  /** Connections at once. */
  readonly connections: number;
  /** Who tells the addresses of a name; default: the system. */
  readonly resolve?: ResolveHost;
}

/** What a far end answered. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The first {@link ANSWER_BYTES}. */
  readonly body: Buffer;
  readonly isCut: boolean;
}

/** The deadline of an attempt has passed. */
class DeadlineError extends Error {
  readonly code = 'timeout';
}

/** One far end that is sent to: no redirects, no proxies, one deadline, a bounded answer, and no connection to a forbidden address. */
export class Target {
  readonly #options: TargetOptions;
  readonly #agent: Agent;

  constructor(options: TargetOptions) {
    this.#options = options;
    // Undici's own timeouts bound the silence between two bytes; one byte a moment would pass them for ever.
    this.#agent = new Agent({
      connections: options.connections,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 for something else does not hold here.
      connect: {
        lookup: guardedLookup(options, options.resolve),
        timeout: options.timeoutMs,
        rejectUnauthorized: true,
      },
    });
  }

  /** Sends a body once. Rejects with a DeadlineError, with the reason of `signal`, or with the error of the transport. */
  async send(headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Answer> {
    const { url, method, timeoutMs } = this.#options;
    signal.throwIfAborted();
    const ending = new AbortController();
    const timer = setTimeout(
      () => ending.abort(new DeadlineError(`no whole answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const onAbort = (): void => ending.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const reply = await this.#agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: {
          'content-type': 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'Reprice',
          ...headers,
        },
        body,
        signal: ending.signal,
      });
      return { status: reply.statusCode, headers: reply.headers, ...(await readStart(reply.body)) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

async function readStart(body: Dispatcher.ResponseData['body']): Promise<Pick<Answer, 'body' | 'isCut'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop destroys the body, and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) return { body: Buffer.concat(chunks).subarray(0, ANSWER_BYTES), isCut: true };
  }
  return { body: Buffer.concat(chunks), isCut: false };
}
