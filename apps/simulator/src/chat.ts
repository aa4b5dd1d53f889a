import type { ServerResponse } from 'node:http';
import { type ModelPrice, pricesAt } from '@reprice/gateway';
import type { Arrival } from './arrivals.ts';
import { CallLog } from './call-log.ts';
import { type ChatRequest, readChatRequest } from './chat-request.ts';
import { completionBody, endFrames, textFrames } from './completion-body.ts';
import { type Refusal, refusalOf, type Sent, sentOf } from './connection-faults.ts';
import { type Delivery, deliver } from './delivery.ts';
import { type CallFaults, FaultPlan } from './faults.ts';
import { generate } from './generation.ts';
import type { KeyBook } from './key-book.ts';
import { type BilledTokens, Ledger } from './ledger.ts';
import type { PriceList } from './price-list.ts';
import { PromptCache } from './prompt-cache.ts';
import { sendError } from './respond.ts';
import { findTable } from './table.ts';
import { type ToldUsage, usageOf } from './usage-faults.ts';

const noTokens: BilledTokens = { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0 };
const streamHeaders = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' };
const jsonHeaders = { 'Content-Type': 'application/json' };
const errorInside = JSON.stringify({ error: { message: 'a simulated failure with status 200', code: 'server_error' } });

/**
 * The model behind `POST /v1/chat/completions`. A call goes: read it → draw its faults → price the table → bill →
 * answer. It is billed before it is answered, so a client that has its answer finds it in the ledger.
 */
export class Chat {
  readonly ledger = new Ledger();
  readonly calls = new CallLog();
  readonly faults = new FaultPlan();
  readonly #prices: PriceList;
  readonly #cache = new PromptCache();
  readonly #keys: KeyBook;

  constructor(prices: PriceList, keys: KeyBook) {
    this.#prices = prices;
    this.#keys = keys;
  }

  /** Answers a request whose body is complete. */
  answer(arrival: Arrival, body: string, response: ServerResponse): void {
    const request = readChatRequest(body);
    if (typeof request === 'string') {
      this.refuse(arrival, response, { status: 400, code: 'invalid_request_error', message: request });
      return;
    }
    const price = this.#prices.of(request.model, request.options);
    if (price === undefined) {
      const message = `there is no model ${request.model}`;
      this.refuse(arrival, response, { status: 404, code: 'model_not_found', message }, { request });
      return;
    }
    this.#price(arrival, request, price, response);
  }

  /** Answers with an error that is not billed. */
  refuse(arrival: Arrival, response: ServerResponse, refusal: Refusal, seen: Seen = {}): void {
    this.#record(arrival, refusal.status, seen, noTokens, 0);
    if (refusal.status === 401) this.#keys.refuse(arrival.key);
    const headers = { ...arrival.headers, ...refusal.headers, ...this.#rateLimitHeaders(seen) };
    sendError(response, refusal.status, refusal.code, refusal.message, headers);
  }

  #price(arrival: Arrival, request: ChatRequest, price: ModelPrice, response: ServerResponse): void {
    const table = findTable(request.lastUserContent);
    const rows = table?.lines.length ?? 0;
    const plan = this.faults.of(request.model);
    const call = plan.draw(rows);
    const { faults } = plan;
    const refusal = refusalOf(call, faults, request.parameters);
    if (refusal !== undefined) {
      this.refuse(arrival, response, refusal, { request, rows, call });
      return;
    }
    const sent = sentOf(generate(request, table, call, faults), call, faults);
    const honest = { ...this.#cache.count(request), completionTokens: sent.generation.completionTokens };
    const { billed, told } = usageOf(honest, request.maxTokens, call, faults);
    const costNanoUsd = this.ledger.bill(request.model, pricesAt(price, arrival.atMs), billed, arrival.atMs);
    this.#keys.bill(arrival.key, costNanoUsd);
    const status = sent.ending === 'proper' || sent.ending === 'gzip-bomb' ? 200 : 0;
    const { finishReason } = sent.generation;
    this.#record(arrival, status, { request, rows, call, finishReason }, billed, costNanoUsd);
    const delivery = deliveryOf(arrival, request, sent, told, call.latencyMs);
    const headers = { ...delivery.headers, ...this.#rateLimitHeaders({ request, call }) };
    const send = (): void => deliver(response, { ...delivery, headers });
    if (call.names.has('wait')) response.once('close', this.faults.onceSet(send));
    else send();
  }

  #rateLimitHeaders({ request, call }: Seen): Readonly<Record<string, string>> {
    if (call?.names.has('rateLimitHeaders') !== true) return {};
    return this.faults.of(request?.model ?? '').faults.rateLimitHeaders?.headers ?? {};
  }

  #record(arrival: Arrival, status: number, seen: Seen, tokens: BilledTokens, costNanoUsd: number): void {
    this.calls.add({
      call: arrival.call,
      arrivedAtMs: arrival.atMs,
      model: seen.request?.model ?? '',
      key: arrival.key,
      rows: seen.rows ?? 0,
      status,
      finishReason: seen.finishReason ?? '',
      promptTokens: tokens.promptTokens,
      cachedPromptTokens: tokens.cachedPromptTokens,
      completionTokens: tokens.completionTokens,
      costNanoUsd,
      faults: seen.call === undefined ? [] : [...seen.call.names],
      options: seen.request?.options,
      prompt: seen.request?.messages,
    });
  }
}

/** What was understood of a call before it was answered. */
interface Seen {
  readonly request?: ChatRequest;
  readonly rows?: number;
  readonly call?: CallFaults;
  readonly finishReason?: string;
}

function deliveryOf(
  arrival: Arrival,
  request: ChatRequest,
  sent: Sent,
  told: ToldUsage | undefined,
  latencyMs: number,
): Delivery {
  const { generation, whole, ending, error } = sent;
  const head = { id: `chatcmpl-${arrival.call}`, model: request.model, created: Math.floor(arrival.atMs / 1000) };
  if (error === 'json' || (error !== undefined && !request.stream))
    return { headers: { ...jsonHeaders, ...arrival.headers }, frames: [errorInside], latencyMs, ending };
  if (request.stream) {
    const frames = textFrames(head, generation);
    if (whole) frames.push(...endFrames(head, generation, request.includeUsage ? told : undefined));
    if (error === 'event') frames.push(`data: ${errorInside}\n\n`);
    return { headers: { ...streamHeaders, ...arrival.headers }, frames, latencyMs, ending };
  }
  const body = completionBody(head, generation, told);
  const frames = [whole ? body : body.slice(0, body.length / 2)];
  return { headers: { ...jsonHeaders, ...arrival.headers }, frames, latencyMs, ending };
}
