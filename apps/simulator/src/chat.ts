import type { ServerResponse } from 'node:http';
import type { ModelPrice } from '@reprice/gateway';
import type { Arrival } from './arrivals.ts';
import { CallLog } from './call-log.ts';
import { type ChatRequest, readChatRequest } from './chat-request.ts';
import { completionBody, endFrames, textFrames } from './completion-body.ts';
import { type Refusal, refusalOf, type Sent, sentOf } from './connection-faults.ts';
import { type Delivery, deliver } from './delivery.ts';
import { type CallFaults, FaultPlan } from './faults.ts';
import { generate } from './generation.ts';
import { type BilledTokens, Ledger } from './ledger.ts';
import { PromptCache } from './prompt-cache.ts';
import { sendError } from './respond.ts';
import { findTable } from './table.ts';

const noTokens: BilledTokens = { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0 };
const streamHeaders = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' };
const jsonHeaders = { 'Content-Type': 'application/json' };

/**
 * The model behind `POST /v1/chat/completions`. A call goes: read it → draw its faults → price the table → bill →
 * answer. It is billed before it is answered, so a client that has its answer finds it in the ledger.
 */
export class Chat {
  readonly ledger = new Ledger();
  readonly calls = new CallLog();
  readonly faults = new FaultPlan();
  readonly #models: Readonly<Record<string, ModelPrice>>;
  readonly #cache = new PromptCache();

  constructor(models: Readonly<Record<string, ModelPrice>>) {
    this.#models = models;
  }

  /** Answers a request whose body is complete. */
  answer(arrival: Arrival, body: string, response: ServerResponse): void {
    const request = readChatRequest(body);
    if (typeof request === 'string') {
      this.refuse(arrival, response, { status: 400, code: 'invalid_request_error', message: request });
      return;
    }
    const price = this.#models[request.model];
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
    sendError(response, refusal.status, refusal.code, refusal.message, { ...arrival.headers, ...refusal.headers });
  }

  #price(arrival: Arrival, request: ChatRequest, price: ModelPrice, response: ServerResponse): void {
    const table = findTable(request.lastUserContent);
    const rows = table?.lines.length ?? 0;
    const call = this.faults.draw(rows);
    const faults = this.faults.faults;
    const refusal = refusalOf(call, faults);
    if (refusal !== undefined) {
      this.refuse(arrival, response, refusal, { request, rows, call });
      return;
    }
    const sent = sentOf(generate(request, table, call, faults), call, faults);
    const tokens = { ...this.#cache.count(request), completionTokens: sent.generation.completionTokens };
    const costNanoUsd = this.ledger.bill(request.model, price, tokens, arrival.atMs);
    const status = sent.ending === 'proper' ? 200 : 0;
    const { finishReason } = sent.generation;
    this.#record(arrival, status, { request, rows, call, finishReason }, tokens, costNanoUsd);
    deliver(response, deliveryOf(arrival, request, sent, tokens, call));
  }

  #record(arrival: Arrival, status: number, seen: Seen, tokens: BilledTokens, costNanoUsd: number): void {
    this.calls.add({
      call: arrival.call,
      arrivedAtMs: arrival.atMs,
      model: seen.request?.model ?? '',
      rows: seen.rows ?? 0,
      status,
      finishReason: seen.finishReason ?? '',
      promptTokens: tokens.promptTokens,
      cachedPromptTokens: tokens.cachedPromptTokens,
      completionTokens: tokens.completionTokens,
      costNanoUsd,
      faults: seen.call === undefined ? [] : [...seen.call.names],
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
  tokens: BilledTokens,
  call: CallFaults,
): Delivery {
  const { generation, whole, ending } = sent;
  const { latencyMs } = call;
  const head = { id: `chatcmpl-${arrival.call}`, model: request.model, created: Math.floor(arrival.atMs / 1000) };
  const hidesUsage = call.names.has('missingUsage');
  if (request.stream) {
    const usage = request.includeUsage && !hidesUsage ? tokens : undefined;
    const frames = textFrames(head, generation);
    if (whole) frames.push(...endFrames(head, generation, usage));
    return { headers: { ...streamHeaders, ...arrival.headers }, frames, latencyMs, ending };
  }
  const body = completionBody(head, generation, hidesUsage ? undefined : tokens);
  const frames = [whole ? body : body.slice(0, body.length / 2)];
  return { headers: { ...jsonHeaders, ...arrival.headers }, frames, latencyMs, ending };
}
