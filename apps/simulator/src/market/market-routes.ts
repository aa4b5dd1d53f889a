import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { sendError, sendJson } from '../respond.ts';
import { takeJson } from '../take-json.ts';
import type { Market } from './market.ts';
import type { MarketFaultSettings, MarketFaultsInput } from './market-fault-schema.ts';
import type { MarketFaults } from './market-faults.ts';
import type { MarketPace } from './market-pace.ts';
import type { MarketStream } from './market-stream.ts';
import { endedWrong, sendPage } from './page-faults.ts';
import { poisonKinds } from './poison.ts';

/** What the routes of the market need. */
export interface MarketParts {
  readonly market: Market;
  readonly pace: MarketPace;
  readonly faults: MarketFaults;
  readonly stream: MarketStream;
  /** Whether a key is taken; '' is none. */
  readonly takesKey: (key: string) => boolean;
}

/** Most events or SKUs of a page. */
const mostPerPage = 1000;

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const item = z.looseObject({ sku: z.string().min(1).max(200) });

/** The body of `POST /market/move`: what happens now, in this order. */
const moveSchema = z.strictObject({
  /** The same seed gives the same moves from here on. */
  seed: z.int().min(0).max(4_294_967_295).optional(),
  /** SKUs of its own that the market has from now on, each with an event; never fewer than before. */
  skus: z.int().min(0).max(1_000_000).optional(),
  /** Events that happen as they are given: fields of an observation. */
  items: z.array(item).max(10_000).optional(),
  /** Events whose items are no observations. */
  poison: z.array(z.enum(poisonKinds)).max(10_000).optional(),
  /** Seeded moves of its own SKUs. */
  events: z.int().min(0).max(1_000_000).optional(),
  /** Seeded moves a second from now on, by itself; 0 stops it. */
  eventsPerSecond: z.number().min(0).max(100_000).optional(),
});

type Handler = (parts: MarketParts, response: ServerResponse, url: URL, request: IncomingMessage) => void;

/** Needs a key; what a market has. */
const marketRoutes: Readonly<Record<string, Handler>> = {
  'GET /market/events': listEvents,
  'GET /market/snapshot': sendSnapshot,
};

/** Needs none; what the simulator has for those who run it. */
const controlRoutes: Readonly<Record<string, Handler>> = {
  'GET /market/truth': sendTruth,
  'POST /market/move': move,
  'GET /market/faults': (parts, response) => sendJson(response, 200, faultsView(parts)),
  'PUT /market/faults': putFaults,
};

/** Sends a request to a path below `/market` to its handler. */
export function routeMarket(parts: MarketParts, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const name = `${request.method} ${url.pathname}`;
  const control = controlRoutes[name];
  const handler = control ?? marketRoutes[name];
  const key = request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
  if (handler === undefined) sendError(response, 404, 'not_found', `there is no ${name}`);
  else if (control === undefined && !parts.takesKey(key))
    sendError(response, 401, 'invalid_api_key', 'the API key is not known here');
  else handler(parts, response, url, request);
}

function listEvents({ market, faults }: MarketParts, response: ServerResponse, url: URL): void {
  const since = url.searchParams.get('since') ?? '';
  const limit = limitOf(url);
  if (since !== '' && !isoTime.test(since)) {
    sendError(response, 400, 'invalid_request_error', 'since must be a time like 2026-11-21T12:00:00.123Z');
    return;
  }
  if (limit === undefined) {
    refuseLimit(response);
    return;
  }
  const page = market.eventsSince(since, url.searchParams.get('sinceId') ?? '', limit);
  if (page === 'too-old') {
    sendError(response, 410, 'cursor_too_old', 'events so old are no longer kept: begin with /market/snapshot');
    return;
  }
  const { items, hasMore } = endedWrong(page, faults);
  sendPage(faults, response, { items: items.map((event) => ({ type: 'event', ...event })), hasMore });
}

function sendSnapshot({ market, faults }: MarketParts, response: ServerResponse, url: URL): void {
  const limit = limitOf(url);
  if (limit === undefined) refuseLimit(response);
  else sendPage(faults, response, { asOf: market.last, ...market.statesAfter(afterOf(url), limit) });
}

function sendTruth({ market }: MarketParts, response: ServerResponse, url: URL): void {
  const limit = limitOf(url);
  if (limit === undefined) refuseLimit(response);
  else sendJson(response, 200, market.statesAfter(afterOf(url), limit));
}

function putFaults(parts: MarketParts, response: ServerResponse, _url: URL, request: IncomingMessage): void {
  takeJson(request, response, (body) => {
    parts.faults.set(body as MarketFaultsInput);
    return faultsView(parts);
  });
}

/** `GET /market/faults`. */
interface MarketFaultsView {
  readonly faults: MarketFaultSettings;
  /** How often each has hit since they were set. */
  readonly hits: Readonly<Record<string, number>>;
  /** How often a connection to the stream ended with each code, since the start. */
  readonly closes: Readonly<Record<string, number>>;
}

function faultsView({ faults, stream }: MarketParts): MarketFaultsView {
  return { faults: faults.settings, hits: faults.hits, closes: stream.closes };
}

function move(parts: MarketParts, response: ServerResponse, _url: URL, request: IncomingMessage): void {
  takeJson(request, response, (body) => {
    const { market, pace } = parts;
    const { seed, skus, items, poison, events, eventsPerSecond } = moveSchema.parse(body);
    if (seed !== undefined) market.seed(seed);
    if (skus !== undefined) market.open(skus);
    if (items !== undefined) market.happen(items);
    if (poison !== undefined) market.poison(poison);
    if (events !== undefined) market.move(events);
    if (eventsPerSecond !== undefined) pace.set(eventsPerSecond);
    return { last: market.last, skus: market.skus, eventsPerSecond: pace.eventsPerSecond };
  });
}

function afterOf(url: URL): string {
  return url.searchParams.get('after') ?? '';
}

function limitOf(url: URL): number | undefined {
  const limit = Number(url.searchParams.get('limit') ?? mostPerPage);
  return Number.isInteger(limit) && limit >= 1 && limit <= mostPerPage ? limit : undefined;
}

function refuseLimit(response: ServerResponse): void {
  sendError(response, 400, 'invalid_request_error', `limit must be a whole number from 1 to ${mostPerPage}`);
}
