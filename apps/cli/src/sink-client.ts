import { z } from 'zod';
import type { ApiTransport } from './api-transport.ts';

const tally = z.number().default(0);

const sinkSchema = z.looseObject({
  name: z.string(),
  kind: z.string(),
  url: z.string().default(''),
  state: z.string(),
  reason: z.string().nullish(),
  delivered: tally,
  dead: tally,
  waiting: tally,
  oldestWaitingSeconds: z.number().nullish(),
  errorPercent: tally,
  lastDeliveredAt: z.string().nullish(),
  lastError: z.looseObject({ reason: z.string(), detail: z.string().default(''), at: z.string() }).nullish(),
  latencyMs: z.looseObject({ p50: tally, p99: tally }).nullish(),
  gap: z.looseObject({ messages: tally }).nullish(),
  resync: z.looseObject({ prices: tally }).nullish(),
  /** Of a new webhook. */
  secret: z.string().nullish(),
});
/** A sink as it stands. */
export type Sink = z.infer<typeof sinkSchema>;

const deadLetterSchema = z.looseObject({
  id: z.string(),
  diedAt: z.string(),
  attempts: tally,
  reason: z.string(),
  detail: z.string().default(''),
  prices: z.array(z.looseObject({ sku: z.string(), price: z.string(), currency: z.string() })).default([]),
});
/** A message that a sink would not take. */
export type DeadLetter = z.infer<typeof deadLetterSchema>;

const paritySchema = z.looseObject({
  sinks: z.array(z.string()),
  since: z.string().nullish(),
  compared: tally,
  same: tally,
  samePercent: z.number().nullish(),
  different: tally,
  dead: tally,
  unnamed: tally,
  untold: tally,
  waiting: tally,
  notFollowed: tally,
  items: z.array(
    z.looseObject({
      sku: z.string(),
      kind: z.string(),
      at: z.string(),
      sinks: z.record(
        z.string(),
        z.looseObject({ outcome: z.string(), price: z.string().nullish(), currency: z.string().nullish() }),
      ),
    }),
  ),
});
/** What the sinks did not take at the same price. */
export type SinkParity = z.infer<typeof paritySchema>;

const pageOf = <T extends z.ZodType>(item: T) =>
  z.looseObject({ items: z.array(item), nextCursor: z.string().nullish() });

/** Calls of the API about sinks. */
export class SinkClient {
  readonly #http: ApiTransport;

  constructor(http: ApiTransport) {
    this.#http = http;
  }

  async list(): Promise<readonly Sink[]> {
    return (await this.#http.read(await this.#http.fetch('/v1/sinks', {}), pageOf(sinkSchema))).items;
  }

  /** Needs the scope admin, as all that change something. */
  async save(name: string, settings: object): Promise<Sink> {
    return this.#http.read(await this.#http.send('PUT', path(name), settings), sinkSchema);
  }

  async delete(name: string): Promise<void> {
    await this.#http.fetch(path(name), { method: 'DELETE' });
  }

  async rotateSecret(name: string): Promise<{ secret: string }> {
    const response = await this.#http.fetch(path(name, 'secret'), { method: 'POST' });
    return this.#http.read(response, z.looseObject({ secret: z.string() }));
  }

  async pause(name: string, reason?: string): Promise<Sink> {
    const body = reason === undefined ? {} : { reason };
    return this.#http.read(await this.#http.send('POST', path(name, 'pause'), body), sinkSchema);
  }

  async resume(name: string): Promise<Sink> {
    return this.#http.read(await this.#http.fetch(path(name, 'resume'), { method: 'POST' }), sinkSchema);
  }

  async resync(name: string): Promise<Sink> {
    return this.#http.read(await this.#http.fetch(path(name, 'resync'), { method: 'POST' }), sinkSchema);
  }

  /** Returns how many dead letters are tried again. */
  async replay(name: string): Promise<{ replaying: number }> {
    const response = await this.#http.fetch(path(name, 'replay'), { method: 'POST' });
    return this.#http.read(response, z.looseObject({ replaying: tally }));
  }

  async dead(name: string, limit: number, cursor?: string) {
    const query = { limit: String(limit), cursor };
    return this.#http.read(await this.#http.fetch(path(name, 'dead'), { query }), pageOf(deadLetterSchema));
  }

  /** Begins to compare anew. */
  async forgetParity(): Promise<void> {
    await this.#http.fetch('/v1/sinks/parity', { method: 'DELETE' });
  }

  async parity(limit: number): Promise<SinkParity> {
    const query = { limit: String(limit) };
    return this.#http.read(await this.#http.fetch('/v1/sinks/parity', { query }), paritySchema);
  }
}

function path(name: string, action?: string): string {
  return `/v1/sinks/${encodeURIComponent(name)}${action === undefined ? '' : `/${action}`}`;
}
