import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Arrivals, RequestTimes } from './arrivals.ts';
import type { Chat } from './chat.ts';
import type { Faults, FaultsInput } from './fault-schema.ts';
import { type KeyBook, type KeyLine, keyTail } from './key-book.ts';
import type { LedgerReport } from './ledger.ts';
import { type MarketParts, routeMarket } from './market/market-routes.ts';
import { readBody } from './request-body.ts';
import { sendError, sendJson } from './respond.ts';
import { takeJson } from './take-json.ts';

/** The parts that the routes hand requests to. */
export interface SimulatorParts {
  readonly chat: Chat;
  readonly arrivals: Arrivals;
  /** Their names. */
  readonly models: readonly string[];
  readonly keys: KeyBook;
  readonly rpm: number;
  readonly market: MarketParts;
  /** Unix time in ms. */
  readonly nowMs: () => number;
}

/** `GET /ledger`: what was billed, and when requests came. Money in integer nano-dollars. */
export interface LedgerView extends LedgerReport {
  readonly totalNanoUsd: number;
  readonly requestTimes: RequestTimes;
  /** By the last 4 characters of a key, known or not. */
  readonly byKey: Readonly<Record<string, KeyLine>>;
}

/** The body of `PUT /keys`: the keys that are taken from now on; none takes every request. */
const keysSchema = z.strictObject({ apiKeys: z.array(z.string().min(1).max(1000)).max(1000) });

type Handler = (parts: SimulatorParts, request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** Needs a key; what a gateway has. */
const gatewayRoutes: Readonly<Record<string, Handler>> = {
  'POST /v1/chat/completions': complete,
  'GET /v1/models': listModels,
  'GET /v1/key/info': keyInfo,
};

/** Needs none; what the simulator has for those who run it. */
const controlRoutes: Readonly<Record<string, Handler>> = {
  'GET /health': (_parts, _request, response) => sendJson(response, 200, { status: 'ok' }),
  'GET /v1/health': (_parts, _request, response) => sendJson(response, 200, { status: 'ok' }),
  'GET /ledger': (parts, _request, response) => sendJson(response, 200, ledgerView(parts)),
  'GET /calls': listCalls,
  'GET /faults': (parts, _request, response) => sendJson(response, 200, faultsView(parts.chat)),
  'PUT /faults': putFaults,
  'GET /keys': (parts, _request, response) => sendJson(response, 200, keysView(parts)),
  'PUT /keys': putKeys,
};

/** Sends a request to its handler. */
export function route(parts: SimulatorParts, request: IncomingMessage, response: ServerResponse): void {
  // Nearly every request is one of these: no URL is parsed for it.
  if (request.method === 'POST' && request.url === '/v1/chat/completions') {
    complete(parts, request, response);
    return;
  }
  const url = URL.parse(request.url ?? '/', 'http://simulator');
  if (url === null) {
    sendError(response, 404, 'not_found', 'the path is none');
    return;
  }
  if (url.pathname.startsWith('/market/')) {
    routeMarket(parts.market, request, response, url);
    return;
  }
  const name = `${request.method} ${url.pathname}`;
  const control = controlRoutes[name];
  const handler = control ?? gatewayRoutes[name];
  if (handler === undefined) sendError(response, 404, 'not_found', `there is no ${name}`);
  else if (control === undefined && !takesKey(parts, request)) sendUnauthorized(response);
  else handler(parts, request, response, url);
}

function complete(parts: SimulatorParts, request: IncomingMessage, response: ServerResponse): void {
  if (!takesKey(parts, request)) {
    request.resume();
    sendUnauthorized(response);
    return;
  }
  const { chat } = parts;
  const arrival = parts.arrivals.next(keyTail(bearerKey(request)));
  if (arrival.limited) {
    request.resume();
    const message = `more than ${parts.rpm} requests in 60 seconds`;
    chat.refuse(arrival, response, { status: 429, code: 'rate_limit_exceeded', message });
    return;
  }
  readBody(
    request,
    (body) => chat.answer(arrival, body, response),
    () => chat.refuse(arrival, response, { status: 413, code: 'request_too_large', message: 'the body is too large' }),
  );
}

function listModels(parts: SimulatorParts, _request: IncomingMessage, response: ServerResponse): void {
  const data = parts.models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulator' }));
  sendJson(response, 200, { object: 'list', data });
}

/** In the shape of LiteLLM's `/key/info`. */
function keyInfo(parts: SimulatorParts, request: IncomingMessage, response: ServerResponse): void {
  const spend = parts.chat.ledger.report().nanoUsd / 1e9;
  const info = { spend, rpm_limit: parts.rpm === 0 ? null : parts.rpm, models: parts.models };
  sendJson(response, 200, { key: `…${keyTail(bearerKey(request))}`, info });
}

function listCalls(parts: SimulatorParts, _request: IncomingMessage, response: ServerResponse, url: URL): void {
  const last = Number(url.searchParams.get('last') ?? 100);
  if (!Number.isInteger(last) || last < 1) sendError(response, 400, 'invalid_request_error', 'last must be at least 1');
  else sendJson(response, 200, { items: parts.chat.calls.last(last) });
}

function putFaults(parts: SimulatorParts, request: IncomingMessage, response: ServerResponse): void {
  takeJson(request, response, (body) => {
    parts.chat.faults.set(body as FaultsInput);
    return faultsView(parts.chat);
  });
}

function putKeys(parts: SimulatorParts, request: IncomingMessage, response: ServerResponse): void {
  takeJson(request, response, (body) => {
    parts.keys.replace(keysSchema.parse(body).apiKeys);
    return keysView(parts);
  });
}

function faultsView(chat: Chat): { faults: Faults; hits: Readonly<Record<string, number>> } {
  return { faults: chat.faults.faults, hits: chat.faults.hits };
}

function keysView(parts: SimulatorParts): { accepted: readonly string[] } {
  return { accepted: parts.keys.accepted };
}

/** What `GET /ledger` shows. */
export function ledgerView(parts: SimulatorParts): LedgerView {
  const report = parts.chat.ledger.report();
  return { totalNanoUsd: report.nanoUsd, ...report, requestTimes: parts.arrivals.times, byKey: parts.keys.report() };
}

/** Whether the key of a request is taken; each request is asked about once, since it is counted. */
function takesKey(parts: SimulatorParts, request: IncomingMessage): boolean {
  return parts.keys.admit(bearerKey(request), parts.nowMs());
}

function bearerKey(request: IncomingMessage): string {
  return request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
}

function sendUnauthorized(response: ServerResponse): void {
  sendError(response, 401, 'invalid_api_key', 'the API key is not known here');
}
