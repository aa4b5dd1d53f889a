import { Agent, request } from 'undici';
import { isRecord, type MarketEvent, readEvent, type Unusable } from './market-message.ts';
import { isRefusal } from './refused-key.ts';

/** A place in the events of a market. */
export interface Cursor {
  readonly at: string;
  /** '' before the first event of all. */
  readonly id: string;
  readonly seq: number;
}

/** A page of events from a cursor on, that on which it stands included; what could not be read stands in its place. */
export interface EventPage {
  readonly events: readonly (MarketEvent | (Unusable & { readonly value: unknown }))[];
  readonly hasMore: boolean;
}

/** A page of all SKUs as they are. */
export interface SnapshotPage {
  /** The newest event that is contained for sure. */
  readonly asOf: Cursor;
  readonly items: readonly unknown[];
  /** Where the next page begins; undefined = this is the last one. */
  readonly nextAfter: string | undefined;
}

/** The market's pages could not be had. */
export class MarketPagesError extends Error {
  /** What the market asks us to wait, ms. */
  readonly retryAfterMs: number | undefined;
  /** The market refuses the key: this does not mend itself. */
  readonly isRefused: boolean;

  constructor(
    message: string,
    { retryAfterMs, isRefused = false }: { retryAfterMs?: number; isRefused?: boolean } = {},
  ) {
    super(message);
    this.name = 'MarketPagesError';
    this.retryAfterMs = retryAfterMs;
    this.isRefused = isRefused;
  }
}

const PAGE = 1000;
const MOST_BYTES = 16_777_216;
const MOST_WAIT_MS = 60_000;

/** The market's pages: its events from a cursor on, and all SKUs as they are. */
export class MarketPages {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #agent = new Agent({
    connections: 1,
    connect: { timeout: 10_000 },
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
    maxResponseSize: MOST_BYTES,
  });

  /** @param base such as https://market.example/market */
  constructor(base: string, token: string | undefined) {
    this.#base = base.endsWith('/') ? base.slice(0, -1) : base;
    this.#headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  }

  /** The events from the cursor on; undefined where the market no longer has that cursor. @throws MarketPagesError */
  async events({ at, id }: Cursor, signal: AbortSignal): Promise<EventPage | undefined> {
    const body = await this.#get('/events', { since: at, sinceId: id, limit: String(PAGE) }, signal);
    if (body === undefined) return undefined;
    if (!Array.isArray(body.items) || typeof body.hasMore !== 'boolean')
      throw new MarketPagesError('a page of events is no {items, hasMore}');
    const events = body.items.map((value: unknown) => {
      // It is handed on at once, and never waits for room.
      const event = readEvent(value, 0);
      return 'reason' in event ? { ...event, value } : event;
    });
    return { events, hasMore: body.hasMore };
  }

  /** The SKUs after this one, or from the first. @throws MarketPagesError */
  async snapshot(after: string | undefined, signal: AbortSignal): Promise<SnapshotPage> {
    const query = { limit: String(PAGE), ...(after !== undefined && { after }) };
    const body = (await this.#get('/snapshot', query, signal)) ?? {};
    const { asOf, items, nextAfter } = body;
    const cursor = isRecord(asOf) ? readCursor(asOf) : undefined;
    if (cursor === undefined || !Array.isArray(items))
      throw new MarketPagesError('a page of the snapshot is no {asOf: {at, id, seq}, items, nextAfter}');
    if (nextAfter !== null && (typeof nextAfter !== 'string' || nextAfter === after))
      throw new MarketPagesError('nextAfter of the snapshot does not go on');
    return { asOf: cursor, items, nextAfter: nextAfter ?? undefined };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** The body; undefined for 410. */
  async #get(
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Record<string, unknown> | undefined> {
    const url = `${this.#base}${path}?${new URLSearchParams(query)}`;
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: this.#agent,
        headers: this.#headers,
        signal,
      });
      if (statusCode !== 200) {
        await body.dump();
        if (statusCode === 410) return undefined;
        if (isRefusal(statusCode))
          throw new MarketPagesError(`${path}: the market refuses the key (${statusCode})`, { isRefused: true });
        const retryAfterMs = retryAfter(headers['retry-after']);
        throw new MarketPagesError(`${path} answers ${statusCode}`, retryAfterMs === undefined ? {} : { retryAfterMs });
      }
      const value: unknown = await body.json();
      if (!isRecord(value)) throw new MarketPagesError(`${path} answers no JSON object`);
      return value;
    } catch (error) {
      if (error instanceof MarketPagesError) throw error;
      const why = error instanceof Error ? error.message || error.name : String(error);
      throw new MarketPagesError(`${path} cannot be read: ${why}`);
    }
  }
}

function retryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? undefined : Math.min(MOST_WAIT_MS, seconds * 1000);
}

function readCursor({ at, id, seq }: Record<string, unknown>): Cursor | undefined {
  if (typeof at !== 'string' || typeof id !== 'string' || typeof seq !== 'number') return undefined;
  return Number.isSafeInteger(seq) ? { at, id, seq } : undefined;
}
