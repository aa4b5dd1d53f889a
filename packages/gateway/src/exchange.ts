import type { Dispatcher, Pool } from 'undici';
import type { ResponseHeaders } from './header-value.ts';

/** One HTTP request and what bounds it. */
export interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
  /** For connecting (waiting for a free connection included), headers and body together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Takes a reply as it arrives. `stop` ends the exchange; what arrives after that is not read. */
export interface ReplySink {
  onHead(status: number, headers: ResponseHeaders): 'go on' | 'stop';
  onBody(chunk: Buffer): 'go on' | 'stop' | 'done';
}

/**
 * How an exchange ended: `end` the body ended as HTTP says it does; `done` the sink has all it needs, or `stop` wants
 * no more; `timeout` the deadline passed; `aborted` the caller gave up; `error` the transport failed.
 * `sent`: at least one byte of the request may have left.
 */
export interface Ending {
  readonly how: 'end' | 'done' | 'stop' | 'timeout' | 'aborted' | 'error';
  readonly sent: boolean;
  readonly error?: Error;
}

/** An answer that is complete may keep its connection this long to end properly and be used again. */
const lingerMs = 1000;

/** A server may send any number of 1xx before its reply; none that is sane sends more than these. */
const mostInterimReplies = 16;

/** The code of the error that ends an exchange of too many 1xx replies. */
export const interimFloodCode = 'interim_flood';

class InterimFloodError extends Error {
  readonly code = interimFloodCode;

  constructor() {
    super(`more than ${mostInterimReplies} interim replies`);
  }
}

/**
 * Runs one exchange on the pool. Never rejects.
 *
 * It uses undici's dispatch directly: `request` would add a stream and an AbortSignal a call. Undici's own timeouts are
 * off, since they bound the silence between two bytes and not the whole: one byte a moment passes them for ever.
 *
 * ```
 * waiting ──socket free──▶ sent ──status──▶ reading ──┬─ body ends ──────▶ settled
 *    │                       │                 │      └─ sink: done ─────▶ settled, lingering ─▶ closed
 *    └─ deadline, abort, error at any point ───┴───────────────────────────▶ settled, connection destroyed
 * ```
 */
export function exchange(pool: Pool, request: ExchangeRequest, sink: ReplySink): Promise<Ending> {
  return new Promise((resolve) => {
    new Exchange(request, sink, resolve).start(pool);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #sink: ReplySink;
  #resolve: ((ending: Ending) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #interimReplies = 0;

  constructor(request: ExchangeRequest, sink: ReplySink, resolve: (ending: Ending) => void) {
    this.#request = request;
    this.#sink = sink;
    this.#resolve = resolve;
  }

  start(pool: Pool): void {
    const { method, path, headers, body, timeoutMs, signal } = this.#request;
    if (signal?.aborted === true) {
      this.#settle('aborted');
      return;
    }
    this.#timer = setTimeout(() => this.#giveUp('timeout'), timeoutMs);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    pool.dispatch({ method, path, headers, body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: aborted here, before a byte is written.
    if (this.#resolve === undefined) controller.abort(new Error('given up'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: unknown, status: number, headers: ResponseHeaders): void {
    if (status >= 200) {
      if (this.#sink.onHead(status, headers) === 'stop') this.#giveUp('stop');
    } else if (++this.#interimReplies > mostInterimReplies) {
      this.#giveUp('error', new InterimFloodError());
    }
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#resolve === undefined) return;
    const next = this.#sink.onBody(chunk);
    if (next === 'stop') this.#giveUp('stop');
    else if (next === 'done') this.#linger();
  }

  onResponseEnd(): void {
    this.#release();
    this.#settle('end');
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#release();
    this.#settle('error', error);
  }

  readonly #onAbort = (): void => this.#giveUp('aborted');

  #linger(): void {
    this.#release();
    this.#timer = setTimeout(() => this.#controller?.abort(new Error('linger')), lingerMs);
    this.#timer.unref();
    this.#settle('done');
  }

  #giveUp(how: Ending['how'], error?: Error): void {
    this.#release();
    this.#settle(how, error);
    this.#controller?.abort(error ?? new Error(how));
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }

  #settle(how: Ending['how'], error?: Error): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    const sent = this.#controller !== undefined;
    resolve(error === undefined ? { how, sent } : { how, sent, error });
  }
}
