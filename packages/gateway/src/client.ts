import { Pool } from 'undici';
import type { Expected, OnText } from './answer.ts';
import { type ExchangeRequest, exchange } from './exchange.ts';
import { KeyRing } from './key-ring.ts';
import { MessageFilter } from './message.ts';
import type { GatewayOutcome } from './outcome.ts';
import { Reply } from './reply.ts';

/** How to reach a gateway. */
export interface GatewayOptions {
  /** OpenAI-compatible base, `https://host/v1`; a slash at the end does no harm. */
  readonly baseUrl: string;
  /** In order of use; none sends no authorization header. */
  readonly apiKeys: readonly string[];
  /** One deadline over connecting, headers and body of a call, all keys tried included. */
  readonly timeoutMs: number;
  /** Connections at most, and so calls in flight at most: further ones wait, within their deadline. */
  readonly connections: number;
  /** Cap on the bytes of an answer, 1 MiB if not given. */
  readonly maxBodyBytes?: number;
  readonly userAgent?: string;
  /** Unix time in ms, `Date.now` if not given: when a key is back, when a `Retry-After` date is due. */
  readonly nowMs?: () => number;
}

/** One message of a prompt. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** One call of the model. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  readonly temperature: number;
  /** Called with each piece of the answer as it arrives; must not throw. */
  readonly onText?: OnText;
  /** Gives up: the outcome is `cut` with what came, or `unreachable` when nothing did. */
  readonly signal?: AbortSignal;
}

const defaultMaxBodyBytes = 1_048_576;

/** The largest public gateways list some hundreds of models, in a megabyte or more. */
const maxModelListBytes = 8_388_608;

interface Call extends Omit<ExchangeRequest, 'timeoutMs'> {
  readonly expects: Expected;
  readonly onText: OnText | undefined;
}

/**
 * The client of one OpenAI-compatible gateway: a pool of HTTP/1.1 connections and the keys to it.
 *
 * It never retries a call of its own accord, except with the next key when the gateway refuses one: what to do about an
 * outcome is the caller's to decide, who has reserved the money for it.
 */
export class GatewayClient {
  readonly #pool: Pool;
  readonly #keys: KeyRing;
  readonly #clean: (text: string) => string;
  readonly #basePath: string;
  readonly #timeoutMs: number;
  readonly #maxBodyBytes: number;
  readonly #userAgent: string;
  readonly #nowMs: () => number;

  /** @throws TypeError when the base is no http(s) URL, or a key holds what no header may. */
  constructor(options: GatewayOptions) {
    const base = new URL(options.baseUrl);
    if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new TypeError('the base must be http(s)');
    if (options.apiKeys.some((key) => !/^[\x21-\x7e]+$/.test(key)))
      throw new TypeError('a key must be printable ASCII without spaces');
    this.#nowMs = options.nowMs ?? Date.now;
    this.#pool = new Pool(base.origin, {
      connections: options.connections,
      // HTTP/2 would put all calls on one connection: one reset would then cut every answer at once.
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.timeoutMs },
    });
    this.#keys = new KeyRing(options.apiKeys, this.#nowMs);
    const filter = new MessageFilter(options.apiKeys);
    this.#clean = (text) => filter.clean(text);
    this.#basePath = base.pathname.replace(/\/+$/, '');
    this.#timeoutMs = options.timeoutMs;
    this.#maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
    this.#userAgent = options.userAgent ?? 'reprice';
  }

  /** Asks for one completion, streamed. Never rejects: every fault of the gateway is an outcome. */
  complete(request: CompletionRequest): Promise<GatewayOutcome> {
    const body = JSON.stringify({
      model: request.model,
      messages: request.messages,
      max_tokens: request.maxTokens,
      temperature: request.temperature,
      stream: true,
      stream_options: { include_usage: true },
    });
    return this.#withKeys({
      expects: 'completion',
      method: 'POST',
      path: `${this.#basePath}/chat/completions`,
      headers: ['content-type', 'application/json', 'accept', 'text/event-stream, application/json'],
      body,
      signal: request.signal,
      onText: request.onText,
    });
  }

  /**
   * Whether the gateway answers and takes the key: `GET {baseUrl}/models`, for readiness and at the start.
   * `detail` is for a person, without keys. Costs nothing.
   */
  async check(): Promise<{ ok: boolean; detail: string }> {
    const outcome = await this.#withKeys({
      expects: 'object',
      method: 'GET',
      path: `${this.#basePath}/models`,
      headers: ['accept', 'application/json'],
      body: null,
      signal: undefined,
      onText: undefined,
    });
    switch (outcome.kind) {
      case 'complete':
        return { ok: true, detail: 'the gateway answers and takes the key' };
      case 'rate_limited':
        // A busy gateway has read the key: not being served now is admission's affair.
        return { ok: true, detail: 'the gateway answers; it is rate limiting' };
      case 'timeout':
        return { ok: false, detail: `no answer within ${this.#timeoutMs} ms` };
      default:
        return { ok: false, detail: `${outcome.kind}: ${outcome.message}` };
    }
  }

  /** Keys that do not rest. */
  get keysLeft(): number {
    return this.#keys.active;
  }

  /** Lets the calls in flight end, then closes the connections. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #withKeys(call: Call): Promise<GatewayOutcome> {
    const startedAt = performance.now();
    let refused: GatewayOutcome | undefined;
    for (let key = this.#keys.next(); key !== undefined; key = this.#keys.next()) {
      const spentMs = refused === undefined ? 0 : performance.now() - startedAt;
      const outcome = await this.#once(call, key, Math.max(1, Math.ceil(this.#timeoutMs - spentMs)));
      if (outcome.kind !== 'unauthorized') return outcome;
      this.#keys.rest(key);
      refused = outcome;
    }
    if (refused !== undefined) return refused;
    const seconds = Math.ceil(this.#keys.backInMs / 1000);
    return { kind: 'unauthorized', status: 401, message: `every API key rests; the first is back in ${seconds} s` };
  }

  async #once(call: Call, key: string, timeoutMs: number): Promise<GatewayOutcome> {
    const reply = new Reply({
      expects: call.expects,
      maxBodyBytes: call.expects === 'completion' ? this.#maxBodyBytes : maxModelListBytes,
      timeoutMs,
      onText: call.onText,
      clean: this.#clean,
      nowMs: this.#nowMs,
    });
    const headers = [...call.headers, 'accept-encoding', 'identity', 'user-agent', this.#userAgent];
    if (key !== '') headers.push('authorization', `Bearer ${key}`);
    const { method, path, body, signal } = call;
    return reply.outcome(await exchange(this.#pool, { method, path, headers, body, timeoutMs, signal }, reply));
  }
}
