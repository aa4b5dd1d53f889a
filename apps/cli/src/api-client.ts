import type { z } from 'zod';
import { ApiNotUnderstood, ApiProblem, ApiUnreachable, reasonOf } from './api-error.ts';
import type { ColumnMap } from './column-map.ts';
import { formatColumnMap } from './column-map.ts';
import { linesOf } from './ndjson.ts';
import { printable } from './output.ts';
import {
  type Batch,
  type Budget,
  batchSchema,
  budgetSchema,
  type ChangedKey,
  changedKeySchema,
  type FailedJobs,
  type Failure,
  failedJobsSchema,
  failureSchema,
  type GatewayKey,
  gatewayKeySchema,
  type Limits,
  limitsSchema,
  type Price,
  pageOf,
  priceSchema,
  problemSchema,
  type Readiness,
  type Rejection,
  type Replay,
  readinessSchema,
  rejectionSchema,
  replaySchema,
  type UnsettledCall,
  unsettledCallSchema,
} from './responses.ts';

/** Where the API is and how to be let in. */
export interface Connection {
  readonly url: string;
  /** Absent: requests go without a key, and the API says so. */
  readonly apiKey?: string;
  /** Where the address came from, in words, such as 'from REPRICE_URL'. */
  readonly origin: string;
}

/** What `POST /v1/batches` is told in its query and headers. */
export interface Submission {
  readonly contentType: string;
  readonly priority?: string;
  readonly currency?: string;
  readonly mode?: string;
  readonly force?: boolean;
  readonly columns: ColumnMap;
  readonly idempotencyKey: string;
}

interface Call {
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** An error status whose body is an answer all the same. */
  readonly accepted?: number;
}

/** Which failed jobs; ages as `90s`, `30m`, `2h`, `7d`. */
export interface FailedFilter {
  readonly reason?: string;
  readonly priority?: string;
  readonly batch?: string;
  readonly maxAge?: string;
}

/** What a replay is told beside its filter. */
export interface ReplayQuery extends FailedFilter {
  readonly dryRun?: boolean;
  /** Jobs at most. */
  readonly limit?: number;
  /** Jobs that failed since are left alone: the `asOf` of an earlier answer. */
  readonly asOf?: string;
}

/** The lists of a batch that the API streams. */
export type BatchList = 'results' | 'rejections' | 'failures';

/**
 * What `fetch` needs to stream a body in bounded memory. Unless redirects are errors it keeps a second copy of all that
 * was sent, in case a redirect wants it again.
 */
const streaming = { duplex: 'half', redirect: 'error' };

/** Speaks the HTTP contract. Every call may throw ApiUnreachable, ApiProblem or ApiNotUnderstood; an abort throws the signal's reason. */
export class ApiClient {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Uploads a catalogue as it comes from `body`. */
  async submit(body: AsyncIterable<Uint8Array>, submission: Submission, signal?: AbortSignal): Promise<Batch> {
    const { contentType, priority, currency, mode, force, columns, idempotencyKey } = submission;
    const map = columns.size === 0 ? undefined : formatColumnMap(columns);
    const query = { priority, currency, mode, map, force: force ? 'true' : undefined };
    const headers = { 'content-type': contentType, 'idempotency-key': idempotencyKey };
    const call = { method: 'POST', query, headers, body, ...(signal ? { signal } : {}) };
    return this.#read(await this.#fetch('/v1/batches', call), batchSchema);
  }

  async batch(id: string, signal?: AbortSignal): Promise<Batch> {
    const call = signal === undefined ? {} : { signal };
    return this.#read(await this.#fetch(`/v1/batches/${encodeURIComponent(id)}`, call), batchSchema);
  }

  /** The newest batches first, at most `limit`. */
  async batches(limit: number): Promise<Batch[]> {
    const response = await this.#fetch('/v1/batches', { query: { limit: String(limit) } });
    return (await this.#read(response, pageOf(batchSchema))).items;
  }

  async price(sku: string): Promise<Price> {
    return this.#read(await this.#fetch(`/v1/prices/${encodeURIComponent(sku)}`, {}), priceSchema);
  }

  async budget(): Promise<Budget> {
    return this.#read(await this.#fetch('/v1/budget', {}), budgetSchema);
  }

  /** Whether all that the work needs is there; an API that is not ready answers, too. */
  async readiness(): Promise<Readiness> {
    return this.#read(await this.#fetch('/readyz', { accepted: 503 }), readinessSchema);
  }

  /** Sets today's and every further day's limit, in decimal dollars. */
  async setBudget(limitUsd: string): Promise<Budget> {
    return this.#read(await this.#send('PUT', '/v1/budget', { limitUsd }), budgetSchema);
  }

  /** Today's calls that were sent and never settled. */
  async unsettledCalls(): Promise<UnsettledCall[]> {
    const response = await this.#fetch('/v1/budget/unsettled', {});
    return (await this.#read(response, pageOf(unsettledCallSchema))).items;
  }

  /** Books what the gateway's bill of today says, in decimal dollars, and opens a closed day. */
  async reconcile(spentUsd: string): Promise<Budget> {
    return this.#read(await this.#send('POST', '/v1/budget/reconcile', { spentUsd }), budgetSchema);
  }

  async limits(): Promise<Limits> {
    return this.#read(await this.#fetch('/v1/limits', {}), limitsSchema);
  }

  /** Sets requests or tokens a minute for all workers; 0 = no limit. */
  async setLimits(limits: { rpm?: number; tpm?: number }): Promise<Limits> {
    return this.#read(await this.#send('PUT', '/v1/limits', limits), limitsSchema);
  }

  /** The keys of the gateway, in order of use. */
  async gatewayKeys(): Promise<GatewayKey[]> {
    return (await this.#read(await this.#fetch('/v1/keys', {}), pageOf(gatewayKeySchema))).items;
  }

  /** Takes a key out of use by all workers, or lets it back in. */
  async changeKey(id: string, action: 'revoke' | 'restore'): Promise<ChangedKey> {
    const response = await this.#fetch(`/v1/keys/${encodeURIComponent(id)}/${action}`, { method: 'POST' });
    return this.#read(response, changedKeySchema);
  }

  /** Failed jobs, the newest first, and how many match for which reason. */
  async failedJobs(filter: FailedFilter, limit: number, cursor?: string): Promise<FailedJobs> {
    const query = { ...filter, state: 'failed', limit: String(limit), cursor };
    return this.#read(await this.#fetch('/v1/jobs', { query }), failedJobsSchema);
  }

  /** Replays failed jobs, or tells what that would do. */
  async replay({ dryRun, limit, ...rest }: ReplayQuery, signal?: AbortSignal): Promise<Replay> {
    const query = { ...rest, dryRun: dryRun ? 'true' : undefined, limit: limit?.toString() };
    const call = { method: 'POST', query, ...(signal ? { signal } : {}) };
    return this.#read(await this.#fetch('/v1/jobs/replay', call), replaySchema);
  }

  results(id: string): AsyncGenerator<Price> {
    return this.#items(id, 'results', priceSchema);
  }

  rejections(id: string): AsyncGenerator<Rejection> {
    return this.#items(id, 'rejections', rejectionSchema);
  }

  failures(id: string): AsyncGenerator<Failure> {
    return this.#items(id, 'failures', failureSchema);
  }

  /** A list of a batch as the API writes it, in one of its formats. */
  async *export(id: string, list: BatchList, format: string): AsyncGenerator<Uint8Array> {
    const response = await this.#fetch(`/v1/batches/${encodeURIComponent(id)}/${list}`, { query: { format } });
    yield* this.#chunks(response);
  }

  async *#items<T extends z.ZodType>(id: string, list: BatchList, schema: T): AsyncGenerator<z.infer<T>> {
    for await (const line of linesOf(this.export(id, list, 'ndjson'))) yield this.#parse(line, schema);
  }

  async *#chunks(response: Response): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    try {
      for await (const chunk of response.body) yield chunk;
    } catch (error) {
      throw new ApiUnreachable(this.connection.url, reasonOf(error), error);
    }
  }

  #send(method: string, path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.#fetch(path, { method, headers, body: JSON.stringify(body) });
  }

  async #fetch(path: string, call: Call): Promise<Response> {
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
    const text = await this.#text(response).catch(() => '');
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const parsed = isJson ? problemSchema.safeParse(parsedJson(text)) : undefined;
    const { type = '', title = '', detail = '', errors = [] } = parsed?.data ?? {};
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new ApiProblem({
      status: response.status,
      kind: /\/problems\/([\w-]+)$/.exec(type)?.[1] ?? '',
      title: title || `The API answered with status ${response.status} ${response.statusText}`.trimEnd(),
      detail,
      errors,
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
    });
  }

  async #text(response: Response): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const chunk of this.#chunks(response)) parts.push(chunk);
    return Buffer.concat(parts).toString('utf8');
  }

  async #read<T extends z.ZodType>(response: Response, schema: T): Promise<z.infer<T>> {
    return this.#parse(await this.#text(response), schema);
  }

  #parse<T extends z.ZodType>(text: string, schema: T): z.infer<T> {
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
