import { builtInStrategies, type Observation, parseObservation } from '@reprice/pricing';
import { Store } from '@reprice/store';
import type { Redis } from 'ioredis';
import type { Item } from '../catalogue.ts';
import type { Churn, ChurnKind } from './churn.ts';
import { LocalGateway } from './local-gateway.ts';
import { SimulatedWorker } from './simulated-worker.ts';

/** A worker's packer looks so often. */
const LOOK_MS = 100;
const MERGE_AT_ONCE = 200;
const MORNING_MS = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;
const CLOCK_KEY = '{reprice:0}:bench-clock';
/** Longer than any SKU waits, once nothing comes any more. */
const CALM_MS = 60_000;

const currency = 'EUR';
const strategies = new Set(Object.keys(builtInStrategies));

/** What came of the observations of one kind. */
export interface KindTally {
  observations: number;
  /** Found that its SKU is to be repriced, by reason. */
  readonly moved: Map<string, number>;
}

/** A market, a store and a worker on one clock, which moves from look to look of the packer. */
export class Day {
  readonly gateway = new LocalGateway();
  readonly worker: SimulatedWorker;
  readonly tallies = new Map<ChurnKind | 'first', KindTally>();
  readonly #store: Store;
  readonly #redis: Redis;
  #nowMs = MORNING_MS - HOUR_MS;
  /** When the first SKU that waits is due; undefined: somebody must look. */
  #dueMs: number | undefined;
  #waiting: { readonly kind: ChurnKind | 'first'; readonly observation: Observation }[] = [];

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#store = new Store(redis, { now: () => this.#nowMs, clockKey: CLOCK_KEY });
    const rest = (ms: number): void => this.#turnTo(this.#nowMs + ms);
    this.worker = new SimulatedWorker(this.#store, this.gateway, () => this.#nowMs, rest);
  }

  /** Prices every item an hour before the day, and counts from 0 then. */
  async begin(items: readonly Item[]): Promise<void> {
    this.#turnTo(this.#nowMs);
    await this.#store.admission.seed({
      dailyNanoUsd: { value: 1_000_000e9, stated: true },
      rpm: { value: 0, stated: true },
      tpm: { value: 0, stated: true },
    });
    for (const item of items) {
      this.#add('first', { ...item });
      if (this.#waiting.length === MERGE_AT_ONCE) await this.#merge();
    }
    await this.end();
    this.tallies.clear();
    this.gateway.reset();
    this.worker.asked = 0;
    this.worker.spentNanoUsd = 0;
  }

  /** What happens next; looks that come before it are made first. */
  async observe({ kind, atMs, change }: Churn): Promise<void> {
    const nextLookMs = Math.ceil((MORNING_MS + atMs) / LOOK_MS) * LOOK_MS;
    if (nextLookMs > this.#nowMs) await this.#pass(nextLookMs);
    this.#add(kind, change);
    if (this.#waiting.length === MERGE_AT_ONCE) await this.#merge();
  }

  /** Lets the clock run until nothing waits any more. */
  async end(): Promise<void> {
    await this.#pass(this.#nowMs + CALM_MS);
  }

  /** Makes the looks until then at which something may be due. */
  async #pass(untilMs: number): Promise<void> {
    await this.#merge();
    for (;;) {
      const dueMs = await this.#nextDueMs();
      const lookMs = Math.max(this.#nowMs, Math.ceil(dueMs / LOOK_MS) * LOOK_MS);
      if (lookMs >= untilMs) break;
      this.#turnTo(lookMs);
      await this.worker.look();
      this.#dueMs = undefined;
      this.#turnTo(lookMs + LOOK_MS);
    }
    this.#turnTo(Math.max(untilMs, this.#nowMs));
  }

  /** When the first SKU that waits is due; infinity where none waits. */
  async #nextDueMs(): Promise<number> {
    if (this.#dueMs !== undefined) return this.#dueMs;
    const pipeline = this.#redis.pipeline();
    for (const key of this.#store.keys.dirtySets()) pipeline.zrange(key, '0', '0', 'WITHSCORES');
    const first = ((await pipeline.exec()) ?? []).map(([, entry]) =>
      Number((entry as string[])[1] ?? Number.POSITIVE_INFINITY),
    );
    this.#dueMs = Math.min(...first);
    return this.#dueMs;
  }

  /** Whatever is asked next over the connection sees the new time. */
  #turnTo(nowMs: number): void {
    this.#nowMs = nowMs;
    void this.#redis.set(CLOCK_KEY, nowMs * 1000);
  }

  #add(kind: ChurnKind | 'first', change: Readonly<Record<string, unknown>>): void {
    const read = parseObservation(change, { currency, nowMs: this.#nowMs, strategies, rates: undefined });
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    this.#waiting.push({ kind, observation: read.observation });
  }

  async #merge(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const all = this.#waiting;
    this.#waiting = [];
    const outcomes = await this.#store.observations.merge(
      all.map(({ observation }) => observation),
      builtInStrategies,
    );
    for (const [i, outcome] of outcomes.entries()) {
      const { kind } = all[i] as (typeof all)[number];
      const tally = this.tallies.get(kind) ?? { observations: 0, moved: new Map() };
      this.tallies.set(kind, tally);
      tally.observations++;
      if (outcome.kind === 'repricing') {
        this.#dueMs = undefined;
        if (!outcome.waits) tally.moved.set(outcome.reason, (tally.moved.get(outcome.reason) ?? 0) + 1);
      } else if (outcome.kind !== 'skipped') throw new Error(`an observation ended as ${JSON.stringify(outcome)}`);
    }
  }
}
