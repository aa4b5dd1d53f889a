import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { sendError, sendJson } from '../respond.ts';
import { takeJson } from '../take-json.ts';
import type { Market, MarketItem } from './market.ts';
import type { MarketPace } from './market-pace.ts';

/** What the routes of the market need. */
export interface MarketParts {
  readonly market: Market;
  readonly pace: MarketPace;
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
  /** Seeded moves of its own SKUs. */
  events: z.int().min(0).max(1_000_000).optional(),
  /** Seeded moves a second from now on, by itself; 0 stops it. */
  eventsPerSecond: z.number().min(0).max(100_000).optional(),
});

type Handler = (parts: MarketParts, response: ServerResponse, url: URL, request: IncomingMessage) => void;

/** Needs a key; what a market has. */
const marketRoutes: Readonly<Record<string, Handler>> = {
  'GET /market/events': listEvents,
  'GET /market/snapshot': snapshot,
};

/** Needs none; what the simulator has for those who run it. */
const controlRoutes: Readonly<Record<string, Handler>> = {
  'GET /market/truth': (parts, response, url) =>
    sendStates(response, url, (...page) => parts.market.statesAfter(...page)),
  'POST /market/move': move,
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

function listEvents({ market }: MarketParts, response: ServerResponse, url: URL): void {
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
  const items = page.items.map((event) => ({ type: 'event', ...event }));
  sendJson(response, 200, { items, hasMore: page.hasMore });
}

function snapshot({ market }: MarketParts, response: ServerResponse, url: URL): void {
  const asOf = market.last;
  sendStates(response, url, (after, limit) => ({ asOf, ...market.statesAfter(after, limit) }));
}

function sendStates(
  response: ServerResponse,
  url: URL,
  pageAfter: (after: string, limit: number) => { readonly items: readonly MarketItem[] },
): void {
  const limit = limitOf(url);
  if (limit === undefined) refuseLimit(response);
  else sendJson(response, 200, pageAfter(url.searchParams.get('after') ?? '', limit));
}

function move(parts: MarketParts, response: ServerResponse, _url: URL, request: IncomingMessage): void {
  takeJson(request, response, (body) => {
    const { market, pace } = parts;
    const { seed, skus, items, events, eventsPerSecond } = moveSchema.parse(body);
    if (seed !== undefined) market.seed(seed);
    if (skus !== undefined) market.open(skus);
    if (items !== undefined) market.happen(items);
    if (events !== undefined) market.move(events);
    if (eventsPerSecond !== undefined) pace.set(eventsPerSecond);
    return { last: market.last, skus: market.skus, eventsPerSecond: pace.eventsPerSecond };
  });
}

function limitOf(url: URL): number | undefined {
  const limit = Number(url.searchParams.get('limit') ?? mostPerPage);
  return Number.isInteger(limit) && limit >= 1 && limit <= mostPerPage ? limit : undefined;
}

function refuseLimit(response: ServerResponse): void {
  sendError(response, 400, 'invalid_request_error', `limit must be a whole number from 1 to ${mostPerPage}`);
}
