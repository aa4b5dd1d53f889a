import type { z } from 'zod';
import { ApiNotUnderstood, ApiProblem, ApiUnreachable, reasonOf } from './api-error.ts';
import { printable } from './output.ts';
import { problemSchema } from './responses.ts';

/** Where the API is and how to be let in. */
export interface Connection {
  readonly url: string;
  /** Absent: requests go without a key, and the API says so. */
  readonly apiKey?: string;
  /** Where the address came from, in words, such as 'from REPRICE_URL'. */
  readonly origin: string;
}

/** One request. */
export interface Call {
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** An error status whose body is an answer all the same. */
  readonly accepted?: number;
}

/**
 * What `fetch` needs to stream a body in bounded memory. Unless redirects are errors it keeps a second copy of all that
 * was sent, in case a redirect wants it again.
 */
const streaming = { duplex: 'half', redirect: 'error' };

/** Seconds of a Retry-After, whether it tells them or a date; undefined without one. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, Math.ceil((dateMs - nowMs) / 1000));
}

/** HTTP to one API: sends requests, turns what goes wrong into errors of ours, and reads answers by their schema. */
export class ApiTransport {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async *chunks(response: Response): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    try {
      for await (const chunk of response.body) yield chunk;
    } catch (error) {
      throw new ApiUnreachable(this.connection.url, reasonOf(error), error);
    }
  }

  /** One request, and its answer. */
  async ask<T extends z.ZodType>(path: string, schema: T, call: Call = {}): Promise<z.infer<T>> {
    return this.read(await this.fetch(path, call), schema);
  }

  /** The same with a body of JSON. */
  send<T extends z.ZodType>(method: string, path: string, body: object, schema: T): Promise<z.infer<T>> {
    const headers = { 'content-type': 'application/json' };
    return this.ask(path, schema, { method, headers, body: JSON.stringify(body) });
  }

  async fetch(path: string, call: Call): Promise<Response> {
    const url = new URL(this.connection.url + path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, value);
    const { apiKey } = this.connection;
    const headers = {
      accept: 'application/json, application/x-ndjson, text/csv, application/problem+json',
      'user-agent': 'reprice-cli',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...call.headers,
    };
    const init: RequestInit = { method: call.method ?? 'GET', headers, redirect: 'manual' };
    if (call.signal !== undefined) init.signal = call.signal;
    if (typeof call.body === 'string') init.body = call.body;
    else if (call.body !== undefined) Object.assign(init, { body: call.body, ...streaming });
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      call.signal?.throwIfAborted();
      throw new ApiUnreachable(this.connection.url, reasonOf(error), error);
    }
    if (response.status >= 300 && response.status < 400) {
      const to = printable(response.headers.get('location') ?? 'elsewhere');
      throw new ApiNotUnderstood(`${this.connection.url} redirects to ${to}; redirects are not followed.`);
    }
    if (!response.ok && response.status !== call.accepted) throw await this.#problem(response);
    return response;
  }

  async #problem(response: Response): Promise<ApiProblem> {
    const text = await this.text(response).catch(() => '');
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const parsed = isJson ? problemSchema.safeParse(parsedJson(text)) : undefined;
    const { type = '', title = '', detail = '', errors = [] } = parsed?.data ?? {};
    return new ApiProblem({
      status: response.status,
      kind: /\/problems\/([\w-]+)$/.exec(type)?.[1] ?? '',
      title: title || `The API answered with status ${response.status} ${response.statusText}`.trimEnd(),
      detail,
      errors,
      retryAfterSeconds: retryAfterSeconds(response.headers.get('retry-after'), Date.now()),
    });
  }

  async text(response: Response): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const chunk of this.chunks(response)) parts.push(chunk);
    return Buffer.concat(parts).toString('utf8');
  }

  async read<T extends z.ZodType>(response: Response, schema: T): Promise<z.infer<T>> {
    return this.parse(await this.text(response), schema);
  }

  parse<T extends z.ZodType>(text: string, schema: T): z.infer<T> {
    const parsed = schema.safeParse(parsedJson(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
    throw new ApiNotUnderstood(`The answer of ${this.connection.url} is not understood${place}.`, parsed.error);
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
