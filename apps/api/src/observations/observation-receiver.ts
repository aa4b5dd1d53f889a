import {
  type Fault,
  type Observation,
  parseObservation,
  type Strategy,
  skuOfBareAmounts,
  unknownSku,
} from '@reprice/pricing';
import { MERGE_AT_ONCE, type ObservationOutcome, type Rejection, type Store } from '@reprice/store';
import { IgnoredFields } from '../intake/ignored-fields.ts';
import { InFlight } from '../intake/in-flight.ts';
import type { RowSink } from '../intake/row-sink.ts';
import { SkuSet } from '../intake/sku-set.ts';

/** What the observations of one request are read against, and where they go. */
export interface ObservationReceiverOptions {
  readonly observations: Store['observations'];
  readonly strategies: Readonly<Record<string, Strategy>>;
  readonly nowMs: number;
}

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
/** A snapshot whose currency changes each time that it is looked at is nobody's. */
const readingsAtMost = 3;

/**
 * Takes the observations of one request, in their order, and merges them some hundreds at a time. Rows are told synchronously; between two
 * pieces of the body the caller awaits `flush`, which is where a slow Redis holds the client back.
 */
export class ObservationReceiver implements RowSink {
  readonly ignored = new IgnoredFields();
  readonly taken: Taken = { accepted: 0, stale: 0, repricing: 0, rejected: 0 };
  readonly errors: Rejection[] = [];
  readonly #options: ObservationReceiverOptions;
  readonly #names: ReadonlySet<string>;
  readonly #marked = new SkuSet();
  readonly #steps = new InFlight(stepsInFlight);
  #merged: Promise<void> = Promise.resolve();
  /** Currencies that rows of the chunk before this one state: perhaps not stored yet when those of this one are looked up. */
  #stated = new Map<string, string>();
  #waiting: Row[] = [];
  #rows = 0;

  constructor(options: ObservationReceiverOptions) {
    this.#options = options;
    this.#names = new Set(Object.keys(options.strategies));
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
    const before = this.#merged;
    // Read while the chunk before is merged, merged after it: what comes later counts.
    const read = this.#currencies(rows);
    read.catch(() => undefined);
    this.#merged = before.then(async () => this.#merge(rows, await read));
    await this.#steps.add(this.#merged);
  }

  /** The currency of each SKU whose amounts come without one. */
  async #currencies(rows: readonly Row[]): Promise<ReadonlyMap<string, string>> {
    const skus = [...new Set(rows.flatMap(({ input }) => skuOfBareAmounts(input) ?? []))];
    const currencies = await this.#options.observations.currencies(skus);
    return new Map(skus.flatMap((sku, i) => (currencies[i] === undefined ? [] : [[sku, currencies[i]]])));
  }

  async #merge(rows: readonly Row[], currencies: ReadonlyMap<string, string>, reading = 1): Promise<void> {
    const { observations, strategies, nowMs } = this.#options;
    const good: { readonly row: Row; readonly observation: Observation }[] = [];
    const before = this.#stated;
    const stated = new Map<string, string>();
    if (reading === 1) this.#stated = stated;
    for (const row of rows) {
      const sku = skuOfBareAmounts(row.input);
      const told = reading === 1 && sku !== undefined ? (stated.get(sku) ?? before.get(sku)) : undefined;
      const currency = sku === undefined ? undefined : (told ?? currencies.get(sku));
      const read = parseObservation(row.input, { currency, nowMs, strategies: this.#names });
      if (read.ok) {
        const { observation } = read;
        good.push({ row, observation });
        if (observation.named.includes('currency')) stated.set(observation.sku, observation.values.currency);
        if (reading === 1) for (const name of read.ignored) this.ignored.add(name);
      } else
        this.#reject({ line: row.line, ...(read.sku !== undefined && { sku: read.sku }), faults: [...read.faults] });
    }
    const outcomes = await observations.merge(
      good.map(({ observation }) => observation),
      strategies,
    );
    const again: Row[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const { row, observation } = good[i] as (typeof good)[number];
      if (outcome.kind === 'read-again' && reading < readingsAtMost) again.push(row);
      else this.#count(row.line, observation.sku, outcome);
    }
    if (again.length > 0) await this.#merge(again, await this.#currencies(again), reading + 1);
  }

  #count(line: number, sku: string, outcome: ObservationOutcome): void {
    switch (outcome.kind) {
      case 'repricing':
        if (this.#marked.add(sku)) this.taken.repricing++;
        this.taken.accepted++;
        return;
      case 'skipped':
        this.taken.accepted++;
        return;
      case 'stale':
        this.taken.stale++;
        return;
      default:
        this.#reject({ line, sku, faults: [faultOf(sku, outcome)] });
    }
  }

  #reject(rejection: Rejection): void {
    this.taken.rejected++;
    if (this.errors.length < errorsTold) this.errors.push(rejection);
  }
}

function faultOf(
  sku: string,
  outcome: Exclude<ObservationOutcome, { kind: 'repricing' | 'skipped' | 'stale' }>,
): Fault {
  switch (outcome.kind) {
    case 'unknown-sku':
      return unknownSku({ sku });
    case 'currency-mismatch':
    case 'read-again': {
      const got = `another currency than ${outcome.currency}, that of its snapshot`;
      return { field: 'currency', code: 'currency-mismatch', got, takes: `${outcome.currency}; or a new price too` };
    }
    case 'inconsistent':
      return {
        field: outcome.field,
        code: 'inconsistent',
        got: `with what is stored, a ${outcome.field} above the ceiling`,
        takes: `at most the ceiling, or a ceiling of at least the ${outcome.field}`,
      };
  }
}
