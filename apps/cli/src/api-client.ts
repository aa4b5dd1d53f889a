import { z } from 'zod';
import { ApiTransport, type Connection } from './api-transport.ts';
import { type ColumnMap, formatColumnMap } from './column-map.ts';
import { linesOf } from './ndjson.ts';
import {
  type Decided,
  decidedSchema,
  type Held,
  heldSchema,
  type PriceStory,
  priceStorySchema,
  type Revision,
  revisionSchema,
} from './price-responses.ts';
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
  type Rates,
  type Readiness,
  type Rejection,
  type Replay,
  ratesSchema,
  readinessSchema,
  rejectionSchema,
  replaySchema,
  type Taken,
  takenSchema,
  type UnsettledCall,
  unsettledCallSchema,
} from './responses.ts';
import {
  type Canary,
  canarySchema,
  type Doctor,
  doctorSchema,
  type Feed,
  type Freeze,
  feedsSchema,
  forgottenFeedSchema,
  freezeSchema,
  type Parity,
  paritySchema,
  type Stats,
  statsSchema,
  type WhoAmI,
  type Worth,
  whoAmISchema,
  worthSchema,
} from './service-responses.ts';
import { SinkClient } from './sink-client.ts';
import {
  clearedSchema,
  type QuarantinePage,
  quarantineSchema,
  type SourceReceived,
  sourceReceivedSchema,
} from './source-responses.ts';

/** What `POST /v1/batches` is told in its query and headers. */
export interface Submission {
  readonly contentType: string;
  readonly priority?: string;
  readonly currency?: string;
  readonly mode?: string;
  readonly force?: boolean;
  /** It may wait for cheaper hours until it can just be done by then; ISO 8601. */
  readonly finishBy?: string;
  readonly columns: ColumnMap;
  readonly idempotencyKey: string;
}

/** What became of a submission. */
export interface Submitted {
  readonly batch: Batch;
  /** Whether the same was accepted before, with the same idempotency key: nothing was taken anew. */
  readonly isKnown: boolean;
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

const batchPath = (id: string): string => `/v1/batches/${encodeURIComponent(id)}`;
const pricePath = (sku: string): string => `/v1/prices/${encodeURIComponent(sku)}`;

const aliveSchema = z.looseObject({ status: z.literal('alive') });

/** Speaks the HTTP contract. Every call may throw ApiUnreachable, ApiProblem or ApiNotUnderstood; an abort throws the signal's reason. */
export class ApiClient {
  readonly #http: ApiTransport;
  readonly sinks: SinkClient;

  constructor(connection: Connection) {
    this.#http = new ApiTransport(connection);
    this.sinks = new SinkClient(this.#http);
  }

  /** Where the API is. */
  get url(): string {
    return this.#http.connection.url;
  }

  /** Uploads a catalogue as it comes from `body`. */
  async submit(body: AsyncIterable<Uint8Array>, submission: Submission, signal?: AbortSignal): Promise<Submitted> {
    const { contentType, priority, currency, mode, force, finishBy, columns, idempotencyKey } = submission;
    const map = columns.size === 0 ? undefined : formatColumnMap(columns);
    const query = { priority, currency, mode, map, force: force ? 'true' : undefined, finishBy };
    const headers = { 'content-type': contentType, 'idempotency-key': idempotencyKey };
    const response = await this.#http.fetch('/v1/batches', { method: 'POST', query, headers, body, signal });
    const isKnown = response.headers.get('idempotency-replayed') === 'true';
    return { batch: await this.#http.read(response, batchSchema), isKnown };
  }

  batch(id: string, signal?: AbortSignal): Promise<Batch> {
    return this.#http.ask(batchPath(id), batchSchema, { signal });
  }

  /** The newest batches first, at most `limit`. */
  async batches(limit: number): Promise<Batch[]> {
    return (await this.#http.ask('/v1/batches', pageOf(batchSchema), { query: { limit: String(limit) } })).items;
  }

  /** Ends a batch: what is priced stays, what waits is never run. */
  cancel(id: string): Promise<Batch> {
    return this.#http.ask(`${batchPath(id)}/cancel`, batchSchema, { method: 'POST' });
  }

  /** Tells what has changed, as it comes from `body`. */
  observe(body: AsyncIterable<Uint8Array>, contentType: string, signal: AbortSignal): Promise<Taken> {
    const call = { method: 'POST', headers: { 'content-type': contentType }, body, signal };
    return this.#http.ask('/v1/observations', takenSchema, call);
  }

  /** Sends what a shop or a market sends, as it comes from `body`. */
  sendToSource(
    name: string,
    body: AsyncIterable<Uint8Array>,
    contentType: string,
    signal: AbortSignal,
  ): Promise<SourceReceived> {
    const call = { method: 'POST', headers: { 'content-type': contentType }, body, signal };
    return this.#http.ask(`/v1/sources/${encodeURIComponent(name)}`, sourceReceivedSchema, call);
  }

  /** A page of what sources sent and nobody could use. */
  quarantine(limit: number, source?: string, cursor?: string): Promise<QuarantinePage> {
    const query = { limit: String(limit), source, cursor };
    return this.#http.ask('/v1/quarantine', quarantineSchema, { query });
  }

  /** Forgets it, of one source or of all. */
  clearQuarantine(source?: string): Promise<{ removed: number }> {
    const call = { method: 'DELETE', query: { source } };
    return this.#http.ask('/v1/quarantine', clearedSchema, call);
  }

  price(sku: string): Promise<Price> {
    return this.#http.ask(pricePath(sku), priceSchema);
  }

  /** How a price came about: the live one, or that of a revision. */
  why(sku: string, revision?: number): Promise<PriceStory> {
    const query = { revision: revision?.toString() };
    return this.#http.ask(`${pricePath(sku)}/why`, priceStorySchema, { query });
  }

  /** The prices that a SKU has had, the newest first, at most `limit`. */
  async history(sku: string, limit: number): Promise<Revision[]> {
    const query = { limit: String(limit) };
    return (await this.#http.ask(`${pricePath(sku)}/history`, pageOf(revisionSchema), { query })).items;
  }

  /** A page of the prices that wait for a person. */
  held(limit: number, cursor?: string): Promise<{ items: Held[]; nextCursor?: string | null | undefined }> {
    return this.#http.ask('/v1/held', pageOf(heldSchema), { query: { limit: String(limit), cursor } });
  }

  /** A person's word on a price: publish what is held, drop it, or bring an earlier revision back. */
  decide(
    sku: string,
    action: 'approve' | 'reject' | 'rollback',
    body: { note?: string; price?: string; revision?: number },
  ): Promise<Decided> {
    return this.#http.send('POST', `${pricePath(sku)}/${action}`, body, decidedSchema);
  }

  canary(): Promise<Canary> {
    return this.#http.ask('/v1/canary', canarySchema);
  }

  /** How far a shadow's prices lie from the live ones; `percent` = how far one may be off and count as the same. */
  parity(percent: number | undefined): Promise<Parity> {
    return this.#http.ask('/v1/canary/parity', paritySchema, { query: { percent: percent?.toString() } });
  }

  /** Sets the canary, promotes it, or rolls it back. */
  changeCanary(act: 'set' | 'promote' | 'rollback', body: object): Promise<Canary> {
    const [method, path] = act === 'set' ? (['PUT', ''] as const) : (['POST', `/${act}`] as const);
    return this.#http.send(method, `/v1/canary${path}`, body, canarySchema);
  }

  /** How the feeds of the market stand. */
  async feeds(): Promise<readonly Feed[]> {
    return (await this.#http.ask('/v1/feeds', feedsSchema)).items;
  }

  /** Forgets a feed that is no longer run. */
  forgetFeed(name: string): Promise<{ name: string }> {
    const path = `/v1/feeds/${encodeURIComponent(name)}`;
    return this.#http.ask(path, forgottenFeedSchema, { method: 'DELETE' });
  }

  freeze(): Promise<Freeze> {
    return this.#http.ask('/v1/freeze', freezeSchema);
  }

  /** Stops all calls and publishing, or lets them go on. */
  setFreeze(frozen: boolean, reason?: string): Promise<Freeze> {
    return this.#http.send('PUT', '/v1/freeze', { frozen, reason }, freezeSchema);
  }

  /** How the work goes: queue, speed, calls, money, workers. */
  stats(signal?: AbortSignal): Promise<Stats> {
    return this.#http.ask('/v1/stats', statsSchema, { signal });
  }

  /** Whether the API lives, and its clock (ms since 1970, exact to a second) where it tells it. */
  async alive(signal: AbortSignal): Promise<{ clockMs: number | undefined }> {
    const response = await this.#http.fetch('/healthz', { signal });
    await this.#http.read(response, aliveSchema);
    const clockMs = Date.parse(response.headers.get('date') ?? '');
    return { clockMs: Number.isNaN(clockMs) ? undefined : clockMs };
  }

  /** Whose key this is. */
  whoAmI(signal: AbortSignal): Promise<WhoAmI> {
    return this.#http.ask('/v1/whoami', whoAmISchema, { signal });
  }

  /** What the API finds when it looks at all that it needs. */
  doctor(signal: AbortSignal): Promise<Doctor> {
    return this.#http.ask('/v1/doctor', doctorSchema, { signal });
  }

  budget(): Promise<Budget> {
    return this.#http.ask('/v1/budget', budgetSchema);
  }

  /** Whether all that the work needs is there; an API that is not ready answers, too. */
  readiness(): Promise<Readiness> {
    return this.#http.ask('/readyz', readinessSchema, { accepted: 503 });
  }

  /** Sets today's and every further day's limit, in decimal dollars. */
  setBudget(limitUsd: string): Promise<Budget> {
    return this.#http.send('PUT', '/v1/budget', { limitUsd }, budgetSchema);
  }

  /** Today's calls that were sent and never settled. */
  async unsettledCalls(): Promise<UnsettledCall[]> {
    return (await this.#http.ask('/v1/budget/unsettled', pageOf(unsettledCallSchema))).items;
  }

  /** Books what the gateway's bill of today says, in decimal dollars, and opens a closed day. */
  reconcile(spentUsd: string): Promise<Budget> {
    return this.#http.send('POST', '/v1/budget/reconcile', { spentUsd }, budgetSchema);
  }

  /** The prices of the models beside those of the rules engine, of the last so many days. */
  worth(days: number): Promise<Worth> {
    return this.#http.ask(`/v1/worth?days=${days}`, worthSchema);
  }

  limits(): Promise<Limits> {
    return this.#http.ask('/v1/limits', limitsSchema);
  }

  /** Sets requests or tokens a minute for all workers; 0 = no limit. */
  setLimits(limits: { rpm?: number; tpm?: number }): Promise<Limits> {
    return this.#http.send('PUT', '/v1/limits', limits, limitsSchema);
  }

  /** The exchange rates in force. */
  rates(): Promise<Rates> {
    return this.#http.ask('/v1/rates', ratesSchema);
  }

  /** Gives the exchange rates of a day. */
  setRates(table: Readonly<Record<string, unknown>>): Promise<Rates> {
    return this.#http.send('PUT', '/v1/rates', table, ratesSchema);
  }

  /** The keys of the gateway, in order of use. */
  async gatewayKeys(): Promise<GatewayKey[]> {
    return (await this.#http.ask('/v1/keys', pageOf(gatewayKeySchema))).items;
  }

  /** Takes a key out of use by all workers, or lets it back in. */
  changeKey(id: string, action: 'revoke' | 'restore'): Promise<ChangedKey> {
    return this.#http.ask(`/v1/keys/${encodeURIComponent(id)}/${action}`, changedKeySchema, { method: 'POST' });
  }

  /** Failed jobs, the newest first, and how many match for which reason. */
  failedJobs(filter: FailedFilter, limit: number, cursor?: string): Promise<FailedJobs> {
    const query = { ...filter, state: 'failed', limit: String(limit), cursor };
    return this.#http.ask('/v1/jobs', failedJobsSchema, { query });
  }

  /** Replays failed jobs, or tells what that would do. */
  replay({ dryRun, limit, ...rest }: ReplayQuery, signal?: AbortSignal): Promise<Replay> {
    const query = { ...rest, dryRun: dryRun ? 'true' : undefined, limit: limit?.toString() };
    return this.#http.ask('/v1/jobs/replay', replaySchema, { method: 'POST', query, signal });
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

  /** A list of a batch as the API writes it, in one of its formats; `isRaw` leaves text in CSV as it is, though a spreadsheet may run it. */
  async *export(id: string, list: BatchList, format: string, isRaw = false): AsyncGenerator<Uint8Array> {
    const query = { format, formulas: isRaw ? 'raw' : undefined };
    const response = await this.#http.fetch(`${batchPath(id)}/${list}`, { query });
    yield* this.#http.chunks(response);
  }

  async *#items<T extends z.ZodType>(id: string, list: BatchList, schema: T): AsyncGenerator<z.infer<T>> {
    for await (const line of linesOf(this.export(id, list, 'ndjson'))) yield this.#http.parse(line, schema);
  }
}
