import { type Canary, noCanary, type RouteTally, type Span, tallyOf } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Keys } from './keys.ts';
import { redisNowMs } from './redis-clock.ts';
import { repliesTo } from './replies.ts';
import { Script } from './script.ts';

/** What a process counted of the calls of both routes since it last told; a counter begins with `s:` (stable) or `c:` (the canary). */
export interface RouteCounts {
  /** The canary whose calls are among them, or which was seen to run; '' = none. */
  readonly canaryId: string;
  readonly counts: ReadonlyMap<string, number>;
}

/** What both routes did in a span of time. */
export interface RouteTallies {
  readonly canary: RouteTally;
  readonly stable: RouteTally;
}

/** Counts are kept apart by windows of this length, ms. */
export const ROUTE_WINDOW_MS = 120_000;
const WINDOW_TTL_SECONDS = 2 * 3600;
const LIFE_TTL_SECONDS = 40 * 24 * 3600;

const number = z.coerce.number();
const storedCanary = z.object({
  version: number,
  id: z.string(),
  state: z.enum(['off', 'running', 'rolled_back', 'promoted']),
  mode: z.enum(['canary', 'shadow']).default('canary'),
  percent: number,
  model: z.string().exactOptional(),
  guidance: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
  tolerance: z.string().transform((text) => toleranceSchema.parse(JSON.parse(text))),
  minCalls: number,
  cooldownMs: number,
  sinceMs: number,
  cooldownUntilMs: number,
  retiredAtMs: number.default(0),
  kept: z
    .string()
    .transform((text) => (text === '' ? [] : text.split(' ').map(spanOf)))
    .default([]),
  reason: z.string(),
  by: z.string(),
});
const toleranceSchema = z.object({
  errorPoints: z.number(),
  invalidPoints: z.number(),
  clampPoints: z.number(),
  latencyMs: z.number(),
  costPercent: z.number(),
});

/** Which share of the SKUs another model or wording answers for, and what both routes' calls came to. */
export class Routes {
  readonly #note = new Script('note-routes');
  readonly #change: Script;
  readonly #redis: Redis;
  readonly #keys: Keys;

  /** @param clockKey a key that holds the time, see Script */
  constructor(redis: Redis, keys: Keys, clockKey?: string) {
    this.#change = new Script('change-routes', clockKey);
    this.#redis = redis;
    this.#keys = keys;
  }

  /** The canary as it is now. */
  async get(): Promise<Canary> {
    return await readRoutes(this.#redis, this.#keys);
  }

  /** Puts a canary in place of what `get` gave; false when somebody else was faster, and nothing was done. */
  async change(was: Canary, next: Omit<Canary, 'version'>): Promise<boolean> {
    const { guidance, tolerance, kept, ...plain } = next;
    const fields = {
      ...plain,
      version: was.version + 1,
      guidance: JSON.stringify(guidance),
      tolerance: JSON.stringify(tolerance),
      kept: kept.map(({ fromMs, untilMs }) => `${fromMs}-${untilMs}`).join(' '),
    };
    const retires = next.retiredAtMs !== was.retiredAtMs ? 1 : 0;
    const args = [was.version, retires, ...Object.entries(fields).flat()];
    return (await this.#change.run(this.#redis, [this.#keys.routes()], args)) === 1;
  }

  /** Adds what this process counted, and gives the canary as it is now, in one step. Not for sending again: it would count twice. */
  async note({ canaryId, counts }: RouteCounts, nowMs: number): Promise<Canary> {
    const k = this.#keys;
    const keys = [k.routes(), k.routeWindow(Math.floor(nowMs / ROUTE_WINDOW_MS)), k.routeLife(canaryId)];
    const args = [canaryId, WINDOW_TTL_SECONDS, LIFE_TTL_SECONDS, ...[...counts].flat()];
    const flat = (await this.#note.run(this.#redis, keys, args)) as string[];
    return read(Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []))));
  }

  /** What both routes did since this canary began. */
  async life({ id }: Pick<Canary, 'id'>): Promise<RouteTallies> {
    const counts = Object.entries(await this.#redis.hgetall(this.#keys.routeLife(id)));
    return { canary: tally([counts], 'c:'), stable: tally([counts], 's:') };
  }

  /** What both routes did in the last `count` windows, the one under way included. */
  async windows({ id }: Pick<Canary, 'id'>, count: number, nowMs: number): Promise<RouteTallies> {
    const last = Math.floor(nowMs / ROUTE_WINDOW_MS);
    const pipeline = this.#redis.pipeline();
    for (let i = 0; i < count; i++) pipeline.hgetall(this.#keys.routeWindow(last - i));
    const windows = (await repliesTo(pipeline)).map((hash) => Object.entries(hash as Record<string, string>));
    return { canary: tally(windows, `${id}:`), stable: tally(windows, 's:') };
  }

  /** Whether this process is to judge the canary now: one process a second is. */
  async claimJudging({ version }: Pick<Canary, 'version'>): Promise<boolean> {
    return (await this.#redis.set(this.#keys.routeJudge(), version, 'PX', 900, 'NX')) === 'OK';
  }

  /** Redis' clock, ms since 1970: all moments of a canary are told by it. */
  async nowMs(): Promise<number> {
    return Math.floor(await redisNowMs(this.#redis));
  }
}

/** The canary as it is now. */
export async function readRoutes(redis: Redis, keys: Keys): Promise<Canary> {
  return read(await redis.hgetall(keys.routes()));
}

function read(hash: Readonly<Record<string, string>>): Canary {
  return hash.version === undefined ? noCanary : storedCanary.parse(hash);
}

function spanOf(text: string): Span {
  const [from, until] = text.split('-');
  return { fromMs: Number(from), untilMs: Number(until) };
}

function tally(windows: readonly (readonly [string, string])[][], prefix: string): RouteTally {
  const own = windows.flat().filter(([counter]) => counter.startsWith(prefix));
  return tallyOf(own.map(([counter, amount]) => [counter.slice(prefix.length), Number(amount)]));
}
