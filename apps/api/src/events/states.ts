import type { BatchRecord, BatchStatus, Store } from '@reprice/store';
import { shownCanary } from '../canary/shown-canary.ts';
import { shownBatch } from '../routes/batch-view.ts';
import { shownBudget } from '../routes/budget.ts';
import { shownLimits } from '../routes/limits.ts';
import type { EventType } from '../schemas/events.ts';
import { shownFreeze } from '../stats/shown-freeze.ts';
import type { StatsSource } from '../stats/stats-source.ts';
import { eventBytes, type WireEvent } from './sse.ts';

const EVERY_MS = 1000;
const STATS_EVERY_MS = 2000;
/** What is older was not looked at because Redis is away. */
const FRESH_MS = 3000;

/** What the poller needs to know and to tell. */
export interface StatesHearer {
  /** Whether anybody wants this. */
  readonly wants: (type: EventType) => boolean;
  /** What changed since the last look. */
  readonly onEvents: (events: readonly WireEvent[]) => void;
}

/** The states that clients follow, looked at once a second for all of them. While Redis is away nothing is told. */
export class States {
  readonly #store: Store;
  readonly #stats: StatsSource;
  readonly #hearer: StatesHearer;
  /** By type, and for batches by type and id: the newest state of each. */
  readonly #latest = new Map<string, { readonly text: string; readonly event: WireEvent }>();
  readonly #batches = new Set<string>();
  #polledAt = Number.NEGATIVE_INFINITY;
  #statsAt = Number.NEGATIVE_INFINITY;
  #polling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, stats: StatsSource, hearer: StatesHearer) {
    this.#store = store;
    this.#stats = stats;
    this.#hearer = hearer;
  }

  /** Begins to look, if it does not already, and waits until there is something of now to tell; rejects while Redis is away. */
  async ready(): Promise<void> {
    this.#timer ??= setInterval(() => this.#poll().catch(() => undefined), EVERY_MS);
    const isFresh = performance.now() - this.#polledAt < FRESH_MS;
    if (!isFresh || (this.#hearer.wants('stats') && !this.#latest.has('stats'))) await this.#poll();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#latest.clear();
    this.#batches.clear();
    this.#polledAt = this.#statsAt = Number.NEGATIVE_INFINITY;
  }

  /** The newest state of everything, as far as it is known. */
  latest(): WireEvent[] {
    return [...this.#latest.values()].map(({ event }) => event);
  }

  /** A batch that may have ended long ago, or not be among the latest yet; from now on its end is told. */
  async batch(id: string): Promise<WireEvent | undefined> {
    const record = await this.#store.batches.get(id);
    if (!record) return undefined;
    if (isOpen(record.status)) this.#batches.add(id);
    return { type: 'batch', batchId: id, bytes: eventBytes('batch', shownBatch(record)) };
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#look().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #look(): Promise<void> {
    const { admission, freeze, routes, underWay } = this.#store;
    const startedAt = performance.now();
    const isStatsDue = this.#hearer.wants('stats') && startedAt - this.#statsAt >= STATS_EVERY_MS - EVERY_MS / 2;
    const [budget, limits, frozen, canary, batches, overview] = await this.#store.together(() =>
      Promise.all([
        admission.budget(),
        admission.rateLimits(),
        freeze.get(),
        routes.get(),
        underWay.list(),
        isStatsDue ? this.#stats.overview() : undefined,
      ]),
    );
    const ended = await this.#ended(batches);
    // Stopped meanwhile: nobody listens.
    if (this.#timer === undefined) return;
    this.#polledAt = startedAt;
    const events = [
      ...[...batches, ...ended].map((batch) => this.#changed('batch', shownBatch(batch), batch.id)),
      this.#changed('budget', shownBudget(budget)),
      this.#changed('limits', shownLimits(limits)),
      this.#changed('freeze', shownFreeze(frozen)),
      this.#changed('canary', shownCanary(canary)),
    ];
    if (overview) {
      this.#statsAt = startedAt;
      events.push(this.#changed('stats', overview));
    }
    this.#hearer.onEvents(events.filter((event) => event !== undefined));
    // Nothing else is forgotten: somebody may have asked for one more meanwhile.
    for (const { id } of batches) this.#batches.add(id);
    for (const { id, status } of ended) if (!isOpen(status)) this.#forget(id);
  }

  /** The batches that were under way at the last look and are no more. */
  async #ended(underWay: readonly BatchRecord[]): Promise<BatchRecord[]> {
    const still = new Set(underWay.map((batch) => batch.id));
    const gone = [...this.#batches].filter((id) => !still.has(id));
    const records = await Promise.all(gone.map((id) => this.#store.batches.get(id)));
    for (const [i, id] of gone.entries()) if (!records[i]) this.#forget(id);
    return records.filter((record) => record !== undefined);
  }

  #forget(batchId: string): void {
    this.#batches.delete(batchId);
    this.#latest.delete(`batch ${batchId}`);
  }

  #changed(type: EventType, state: object, batchId?: string): WireEvent | undefined {
    const key = batchId === undefined ? type : `${type} ${batchId}`;
    const text = JSON.stringify(state);
    if (this.#latest.get(key)?.text === text) return undefined;
    const event = { type, ...(batchId !== undefined && { batchId }), bytes: eventBytes(type, state) };
    this.#latest.set(key, { text, event });
    return event;
  }
}

function isOpen(status: BatchStatus): boolean {
  return status === 'receiving' || status === 'running';
}
