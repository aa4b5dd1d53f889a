import { z } from 'zod';
import type { ApiTransport } from './api-transport.ts';
import { pageOf, tally } from './responses.ts';

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

/** Calls of the API about sinks. */
export class SinkClient {
  readonly #http: ApiTransport;

  constructor(http: ApiTransport) {
    this.#http = http;
  }

  async list(): Promise<readonly Sink[]> {
    return (await this.#http.ask('/v1/sinks', pageOf(sinkSchema))).items;
  }

  /** Needs the scope admin, as all that change something. */
  save(name: string, settings: object): Promise<Sink> {
    return this.#http.send('PUT', path(name), settings, sinkSchema);
  }

  async delete(name: string): Promise<void> {
    await this.#http.fetch(path(name), { method: 'DELETE' });
  }

  rotateSecret(name: string): Promise<{ secret: string }> {
    return this.#http.ask(path(name, 'secret'), z.looseObject({ secret: z.string() }), { method: 'POST' });
  }

  pause(name: string, reason?: string): Promise<Sink> {
    return this.#http.send('POST', path(name, 'pause'), { reason }, sinkSchema);
  }

  resume(name: string): Promise<Sink> {
    return this.#http.ask(path(name, 'resume'), sinkSchema, { method: 'POST' });
  }

  resync(name: string): Promise<Sink> {
    return this.#http.ask(path(name, 'resync'), sinkSchema, { method: 'POST' });
  }

  /** Returns how many dead letters are tried again. */
  replay(name: string): Promise<{ replaying: number }> {
    return this.#http.ask(path(name, 'replay'), z.looseObject({ replaying: tally }), { method: 'POST' });
  }

  dead(name: string, limit: number, cursor?: string) {
    const query = { limit: String(limit), cursor };
    return this.#http.ask(path(name, 'dead'), pageOf(deadLetterSchema), { query });
  }

  /** Begins to compare anew. */
  async forgetParity(): Promise<void> {
    await this.#http.fetch('/v1/sinks/parity', { method: 'DELETE' });
  }

  parity(limit: number): Promise<SinkParity> {
    return this.#http.ask('/v1/sinks/parity', paritySchema, { query: { limit: String(limit) } });
  }
}

function path(name: string, action?: string): string {
  return `/v1/sinks/${encodeURIComponent(name)}${action === undefined ? '' : `/${action}`}`;
}
