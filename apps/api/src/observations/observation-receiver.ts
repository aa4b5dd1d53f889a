import type { Fault } from '@reprice/pricing';
import { MERGE_AT_ONCE, type ObservationMerger, type Rejection } from '@reprice/store';
import type { IgnoredFields } from '../intake/ignored-fields.ts';
import { InFlight } from '../intake/in-flight.ts';
import type { RowSink } from '../intake/row-sink.ts';
import { MergedCounts } from './merged-counts.ts';

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
  readonly counts = new MergedCounts();
  readonly errors: Rejection[] = [];
  readonly #merger: ObservationMerger;
  readonly #steps = new InFlight(stepsInFlight);
  #waiting: Row[] = [];
  #rows = 0;

  constructor(merger: ObservationMerger) {
    this.#merger = merger;
  }

  get ignored(): IgnoredFields {
    return this.counts.ignored;
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
    this.counts.rejected++;
    this.#tell({ line, faults: [fault] });
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
      this.counts.add(row);
      if (row.kind !== 'rejected') continue;
      const line = rows[i]?.line ?? 0;
      this.#tell({ line, ...(row.sku !== undefined && { sku: row.sku }), faults: [...row.faults] });
    }
  }

  #tell(rejection: Rejection): void {
    if (this.errors.length < errorsTold) this.errors.push(rejection);
  }
}
