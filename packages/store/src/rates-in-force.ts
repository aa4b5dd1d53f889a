import { Rates, type RateTable, rateTableSchema } from '@reprice/pricing';
import type { Redis } from 'ioredis';
import type { CompetitorTally } from './competitor-tally.ts';
import type { Keys } from './keys.ts';
import { repliesTo } from './replies.ts';
import { Script } from './script.ts';

/** The table by which competitors' prices are converted, and where it comes from. */
export interface RatesState {
  readonly rates: Rates;
  /** `config`: the configuration of this process; `api`: it was set while the system runs. */
  readonly from: 'config' | 'api';
  /** Name of the API key that set it. */
  readonly by?: string;
  /** ms since 1970. */
  readonly setAtMs?: number;
}

/** How long a look at Redis is believed, ms: so long after a table is set, processes may still convert by the one before. */
const BELIEVED_MS = 1000;
const MINUTE_MS = 60_000;
const STATS_TTL_SECONDS = 25 * 3600;

/** The exchange rates in force: of the table in the configuration and the one that was set while the system runs, the newer. */
export class RatesInForce {
  readonly #set = new Script('set-rates');
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #now: () => number;
  readonly #configured: Rates | undefined;
  #known: Promise<RatesState | undefined> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Of the text that Redis held last. */
  #read: { readonly text: string; readonly rates: Rates } | undefined;

  constructor(redis: Redis, keys: Keys, now: () => number, configured?: RateTable) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
    this.#configured = configured && new Rates(configured);
  }

  /** The day of the table in this process' configuration, which no older one can replace. */
  get configuredDate(): string | undefined {
    return this.#configured?.table.date;
  }

  /** The rates in force, as of at most a second ago; undefined where no table was ever given. */
  async inForce(): Promise<Rates | undefined> {
    if (performance.now() - this.#lookedAt < BELIEVED_MS && this.#known !== undefined)
      return (await this.#known)?.rates;
    this.#lookedAt = performance.now();
    const known = this.get();
    this.#known = known;
    known.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return (await known)?.rates;
  }

  /** The rates in force now. */
  async get(): Promise<RatesState | undefined> {
    const { table: text, by = '', setAtMs } = await this.#redis.hgetall(this.#keys.rates());
    const configured = this.#configured && ({ rates: this.#configured, from: 'config' } as const);
    if (text === undefined) return configured;
    if (this.#read?.text !== text)
      this.#read = { text, rates: new Rates(rateTableSchema.parse(JSON.parse(text)) as RateTable) };
    const { rates } = this.#read;
    if (configured !== undefined && configured.rates.table.date > rates.table.date) return configured;
    return { rates, from: 'api', by, setAtMs: Number(setAtMs) };
  }

  /** Sets a table, unless a newer one was set before, whose date it then returns; `force` sets it all the same. */
  async set(table: RateTable, by: string, force: boolean): Promise<string | undefined> {
    const args = [table.date, JSON.stringify(table), by, this.#now(), force ? 1 : 0];
    const newer = (await this.#set.run(this.#redis, [this.#keys.rates()], args)) as string;
    this.#known = undefined;
    return newer === '' ? undefined : newer;
  }

  /** Adds to the statistics how many competitors' prices were converted, and how many were not used. */
  async count({ converted, unused }: CompetitorTally): Promise<void> {
    if (converted.size + unused.size === 0) return;
    const key = this.#keys.stats(Math.floor(this.#now() / MINUTE_MS));
    const steps = this.#redis.pipeline();
    for (const [currency, count] of converted) steps.hincrby(key, `converted:${currency}`, count);
    for (const [currency, count] of unused) steps.hincrby(key, `unconverted:${currency}`, count);
    steps.expire(key, STATS_TTL_SECONDS);
    await repliesTo(steps);
  }
}
