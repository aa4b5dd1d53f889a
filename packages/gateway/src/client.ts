import { Pool } from 'undici';
import type { Expected, OnText } from './answer.ts';
import { type ExchangeRequest, exchange } from './exchange.ts';
import { type KeyLoan, KeyRing } from './key-ring.ts';
import type { KeyChange, KeyView, SharedKeyState } from './key-state.ts';
import { MessageFilter } from './message.ts';
import { modelNames } from './model-list.ts';
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
  /** Unix time in ms, `Date.now` if not given: when a `Retry-After` date is due. */
  readonly nowMs?: () => number;
  /** Time in ms that never goes back, `performance.now` if not given: when a key is back. */
  readonly steadyMs?: () => number;
  /** Called when the gateway refused a key, or accepts again one that rested. Must not throw. */
  readonly onKeyChange?: (change: KeyChange) => void;
  /** Asks for the right to try a key whose rest is over; not given: this client alone decides. */
  readonly claimKeyProbe?: (id: string) => Promise<boolean>;
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
  /** Members of the body that only some gateways know; of the same name as one of ours they are not sent. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** A key that is refused stays as it is, and no other is tried: it may be refused for this model alone. */
  readonly sparesKeys?: boolean;
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
  readonly sparesKeys?: boolean | undefined;
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
  readonly #filter: MessageFilter;
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
    refuseOddKeys(options.apiKeys);
    this.#nowMs = options.nowMs ?? Date.now;
    this.#pool = new Pool(base.origin, {
      connections: options.connections,
      // HTTP/2 would put all calls on one connection: one reset would then cut every answer at once.
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.timeoutMs },
    });
    const { steadyMs, onKeyChange, claimKeyProbe } = options;
    this.#keys = new KeyRing(options.apiKeys, {
      ...(steadyMs && { steadyMs }),
      ...(onKeyChange && { onChange: onKeyChange }),
      ...(claimKeyProbe && { claimProbe: claimKeyProbe }),
    });
    this.#filter = new MessageFilter(options.apiKeys);
    this.#clean = (text) => this.#filter.clean(text);
    this.#basePath = base.pathname.replace(/\/+$/, '');
    this.#timeoutMs = options.timeoutMs;
    this.#maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
    this.#userAgent = options.userAgent ?? 'reprice';
  }

  /** Asks for one completion, streamed. Never rejects: every fault of the gateway is an outcome. */
  complete(request: CompletionRequest): Promise<GatewayOutcome> {
    const body = JSON.stringify({
      ...request.options,
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
      sparesKeys: request.sparesKeys,
    });
  }

  /**
   * Whether the gateway answers and takes the key: `GET {baseUrl}/models`, for readiness and at the start.
   * `detail` is for a person, without keys; `models` are the models that it names, if it does. Costs nothing.
   */
  async check(): Promise<{ ok: boolean; detail: string; models?: readonly string[] }> {
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
      case 'complete': {
        const models = modelNames(outcome.text);
        return { ok: true, detail: 'the gateway answers and takes the key', ...(models && { models }) };
      }
      case 'rate_limited':
        // A busy gateway has read the key: not being served now is admission's affair.
        return { ok: true, detail: 'the gateway answers; it is rate limiting' };
      case 'timeout':
        return { ok: false, detail: `no answer within ${this.#timeoutMs} ms` };
      default:
        return { ok: false, detail: `${outcome.kind}: ${outcome.message}` };
    }
  }

  /** Keys that are neither resting nor revoked. */
  get keysLeft(): number {
    return this.#keys.active;
  }

  /** The keys and what became of them, without what is secret about them. */
  get keys(): readonly KeyView[] {
    return this.#keys.view;
  }

  /**
   * From the next call on these are the keys, in order of use; calls in flight end with theirs.
   *
   * @throws TypeError when a key holds what no header may; then nothing changes.
   */
  replaceKeys(apiKeys: readonly string[]): void {
    refuseOddKeys(apiKeys);
    this.#filter.add(apiKeys);
    this.#keys.replace(apiKeys);
  }

  /** Takes over what other processes found out about the keys, or a person decided. */
  applyKeyStates(states: readonly SharedKeyState[]): void {
    this.#keys.applyStates(states);
  }

  /** Lets the calls in flight end, then closes the connections. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #withKeys(call: Call): Promise<GatewayOutcome> {
    const deadline = performance.now() + this.#timeoutMs;
    let leftMs = this.#timeoutMs;
    let refused: GatewayOutcome | undefined;
    for (let taken = this.#keys.take(); taken !== undefined; taken = this.#keys.take()) {
      if (call.signal?.aborted === true) return { kind: 'unreachable', message: 'given up by the caller', sent: false };
      if ('waitMs' in taken) {
        await this.#keys.changed(Math.min(taken.waitMs, leftMs), call.signal);
      } else {
        const outcome = await this.#once(call, taken.loan, leftMs);
        if (outcome.kind !== 'unauthorized' || call.sparesKeys) return outcome;
        refused = outcome;
      }
      leftMs = Math.ceil(deadline - performance.now());
      if (leftMs <= 0) return refused ?? this.#noKeyInTime();
    }
    return refused ?? { kind: 'unauthorized', status: 401, message: this.#noKeyLeft(), sent: false };
  }

  #noKeyInTime(): GatewayOutcome {
    return { kind: 'unreachable', message: `no key was known to be good within ${this.#timeoutMs} ms`, sent: false };
  }

  #noKeyLeft(): string {
    if (this.#keys.view.length === 0) return 'the gateway wants an API key and none is set (GATEWAY_API_KEYS)';
    const { backInMs } = this.#keys;
    if (backInMs === undefined) return 'every API key is revoked';
    return `every API key rests; the first is back in ${Math.ceil(backInMs / 1000)} s`;
  }

  async #once(call: Call, loan: KeyLoan, timeoutMs: number): Promise<GatewayOutcome> {
    const reply = new Reply({
      expects: call.expects,
      maxBodyBytes: call.expects === 'completion' ? this.#maxBodyBytes : maxModelListBytes,
      timeoutMs,
      onText: call.onText,
      onAccepted: () => loan.accepted(),
      clean: this.#clean,
      nowMs: this.#nowMs,
    });
    const headers = [...call.headers, 'accept-encoding', 'identity', 'user-agent', this.#userAgent];
    if (loan.key !== '') headers.push('authorization', `Bearer ${loan.key}`);
    const { method, path, body, signal } = call;
    const outcome = reply.outcome(
      await exchange(this.#pool, { method, path, headers, body, timeoutMs, signal }, reply),
    );
    if (outcome.kind === 'unauthorized' && !call.sparesKeys) loan.refused(outcome.message);
    else loan.release();
    return outcome;
  }
}

function refuseOddKeys(apiKeys: readonly string[]): void {
  if (apiKeys.some((key) => !/^[\x21-\x7e]+$/.test(key)))
    throw new TypeError('a key must be printable ASCII without spaces');
}
