import type { Fault } from '@reprice/pricing';
import { CompetitorTally, MERGE_AT_ONCE, type ObservationMerger, type Rejection } from '@reprice/store';
import { IgnoredFields } from '../intake/ignored-fields.ts';
import { InFlight } from '../intake/in-flight.ts';
import type { RowSink } from '../intake/row-sink.ts';
import { SkuSet } from '../intake/sku-set.ts';

/** What became of the observations of one request. */
export interface Taken {
  accepted: number;
  stale: number;
  /** SKUs, each once. */
  repricing: number;
  rejected: number;
}

interface Row {
  readonly line: number;
  readonly input: Record<string, unknown>;
}

/** Of a request with many bad lines so many are told; all are counted. */
export const errorsTold = 1000;
/** Chunks that may be read while an earlier one is merged. */
const stepsInFlight = 2;

/**
 * Takes the observations of one request, in their order, and merges them some hundreds at a time. Rows are told synchronously; between two
 * pieces of the body the caller awaits `flush`, which is where a slow Redis holds the client back.
 */
export class ObservationReceiver implements RowSink {
  readonly ignored = new IgnoredFields();
  readonly taken: Taken = { accepted: 0, stale: 0, repricing: 0, rejected: 0 };
  readonly errors: Rejection[] = [];
  readonly competitors = new CompetitorTally();
  /** Accepted observations by reason; those whose SKU waits already are skipped as `waiting`. */
  readonly outcomes = new Map([
    ['repricing', new Map<string, number>()],
    ['skipped', new Map<string, number>()],
  ] as const);
  readonly #merger: ObservationMerger;
  readonly #marked = new SkuSet();
  readonly #steps = new InFlight(stepsInFlight);
  #waiting: Row[] = [];
  #rows = 0;

  constructor(merger: ObservationMerger) {
    this.#merger = merger;
  }

  /** Rows seen so far, good and bad. */
  get rows(): number {
    return this.#rows;
  }

  row(line: number, input: Record<string, unknown>): void {
    this.#rows++;
    this.#waiting.push({ line, input });
  }

  fault(line: number, fault: Fault): void {
    this.#rows++;
    this.#reject({ line, faults: [fault] });
  }

  /** Hands full chunks on to the store; waits while it is behind. */
  async flush(): Promise<void> {
    while (this.#waiting.length >= MERGE_AT_ONCE) await this.#hand();
  }

  /** Stores what is left. */
  async finish(): Promise<void> {
    while (this.#waiting.length > 0) await this.#hand();
    await this.#steps.drain();
    // Lines that were bad by themselves were told before those that the store refused.
    this.errors.sort((a, b) => a.line - b.line);
  }

  async #hand(): Promise<void> {
    const rows = this.#waiting.splice(0, MERGE_AT_ONCE);
    await this.#steps.add(this.#merge(rows));
  }

  async #merge(rows: readonly Row[]): Promise<void> {
    const merged = await this.#merger.merge(rows.map(({ input }) => input));
    for (const [i, row] of merged.entries()) {
      if (row.kind === 'rejected') {
        const line = rows[i]?.line ?? 0;
        this.#reject({ line, ...(row.sku !== undefined && { sku: row.sku }), faults: [...row.faults] });
        continue;
      }
      for (const name of row.ignored) this.ignored.add(name);
      if (row.kind === 'stale') {
        this.taken.stale++;
        continue;
      }
      this.taken.accepted++;
      if (row.conversions !== undefined) this.competitors.add(row.conversions);
      const [outcome, reason] =
        row.kind === 'repricing' && row.waits ? (['skipped', 'waiting'] as const) : ([row.kind, row.reason] as const);
      const reasons = this.outcomes.get(outcome);
      reasons?.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (row.kind === 'repricing' && this.#marked.add(row.sku)) this.taken.repricing++;
    }
  }

  #reject(rejection: Rejection): void {
    this.taken.rejected++;
    if (this.errors.length < errorsTold) this.errors.push(rejection);
  }
}
