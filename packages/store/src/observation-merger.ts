import {
  type Conversions,
  type Fault,
  type Observation,
  parseObservation,
  type Strategy,
  skuOfBareAmounts,
  unknownSku,
} from '@reprice/pricing';
import { CompetitorTally } from './competitor-tally.ts';
import { MERGE_AT_ONCE, type ObservationOutcome, type Observations } from './observations.ts';

/** What observations are read against, and where they go. */
export interface ObservationMergerOptions {
  readonly observations: Observations;
  readonly strategies: Readonly<Record<string, Strategy>>;
  /** ms since 1970. */
  readonly now: () => number;
}

type Merged = Extract<ObservationOutcome, { kind: 'repricing' | 'skipped' | 'stale' }>;
type Refused = Exclude<ObservationOutcome, Merged>;

/**
 * What became of one input; `ignored`: names in it that mean nothing here; `conversions`: what came of competitors' prices in other
 * currencies, absent where there were none.
 */
export type MergedRow =
  | (Merged & { readonly sku: string; readonly ignored: readonly string[]; readonly conversions?: Conversions })
  | { readonly kind: 'rejected'; readonly sku?: string; readonly faults: readonly Fault[] };

/** A snapshot whose currency changes each time that it is looked at is nobody's. */
const readingsAtMost = 3;

/**
 * Reads observations from the outside and merges them. It may be kept for good and called while an earlier call is under way: look-ups
 * overlap, merging keeps the order of the calls. After an error of Redis those of the same call may be given again.
 */
export class ObservationMerger {
  readonly #options: ObservationMergerOptions;
  readonly #names: ReadonlySet<string>;
  #beforeLast: Promise<unknown> = Promise.resolve();
  #last: Promise<unknown> = Promise.resolve();
  /** Currencies that the step before states: perhaps not stored yet when those of this one are looked up. */
  #stated: ReadonlyMap<string, string> = new Map();

  constructor(options: ObservationMergerOptions) {
    this.#options = options;
    this.#names = new Set(Object.keys(options.strategies));
  }

  /** Takes inputs (items of POST /v1/observations) in their order, any number; returns a row each. Rejects with the first error of Redis. */
  async merge(inputs: readonly Record<string, unknown>[]): Promise<MergedRow[]> {
    const steps: Promise<MergedRow[]>[] = [];
    for (let from = 0; from < inputs.length; from += MERGE_AT_ONCE)
      steps.push(this.#step(inputs.slice(from, from + MERGE_AT_ONCE)));
    return (await Promise.all(steps)).flat();
  }

  /** Looks up while the step before is merged, not earlier, and merges after it. */
  #step(inputs: readonly Record<string, unknown>[]): Promise<MergedRow[]> {
    const looking = this.#beforeLast.then(() => this.#currencies(inputs));
    looking.catch(() => undefined);
    const step = this.#last.then(async () => this.#mergeOnce(inputs, await looking));
    this.#beforeLast = this.#last;
    this.#last = step.catch(() => undefined);
    return step;
  }

  /** The currency of each SKU whose amounts come without one. */
  async #currencies(inputs: readonly Record<string, unknown>[]): Promise<ReadonlyMap<string, string>> {
    const skus = [...new Set(inputs.flatMap((input) => skuOfBareAmounts(input) ?? []))];
    const currencies = await this.#options.observations.currencies(skus);
    return new Map(skus.flatMap((sku, i) => (currencies[i] === undefined ? [] : [[sku, currencies[i]]])));
  }

  async #mergeOnce(
    inputs: readonly Record<string, unknown>[],
    currencies: ReadonlyMap<string, string>,
    reading = 1,
  ): Promise<MergedRow[]> {
    const { observations, strategies, now } = this.#options;
    const nowMs = now();
    const rates = await observations.rates.inForce();
    const competitors = new CompetitorTally();
    const rows: MergedRow[] = new Array(inputs.length);
    const good: { at: number; observation: Observation; ignored: readonly string[] }[] = [];
    const before = this.#stated;
    const stated = new Map<string, string>();
    if (reading === 1) this.#stated = stated;
    for (const [at, input] of inputs.entries()) {
      const sku = skuOfBareAmounts(input);
      const told = reading === 1 && sku !== undefined ? (stated.get(sku) ?? before.get(sku)) : undefined;
      const currency = sku === undefined ? undefined : (told ?? currencies.get(sku));
      const read = parseObservation(input, { currency, nowMs, strategies: this.#names, rates });
      if (read.ok) {
        const { observation, ignored } = read;
        good.push({ at, observation, ignored });
        if (observation.named.includes('currency')) stated.set(observation.sku, observation.values.currency);
      } else rows[at] = { kind: 'rejected', ...(read.sku !== undefined && { sku: read.sku }), faults: read.faults };
    }
    const outcomes = await observations.merge(
      good.map(({ observation }) => observation),
      strategies,
    );
    const again: number[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const { at, observation, ignored } = good[i] as (typeof good)[number];
      const { sku } = observation;
      const { conversions } = observation.values;
      if (conversions !== undefined && isMerged(outcome) && outcome.kind !== 'stale') competitors.add(conversions);
      if (outcome.kind === 'read-again' && reading < readingsAtMost) again.push(at);
      else
        rows[at] = isMerged(outcome)
          ? { ...outcome, sku, ignored, ...(conversions !== undefined && { conversions }) }
          : { kind: 'rejected', sku, faults: [faultOf(sku, outcome)] };
    }
    // Figures: what is stored stays stored if they are not.
    await observations.rates.count(competitors).catch(() => undefined);
    if (again.length > 0) {
      const repeated = again.map((at) => inputs[at] ?? {});
      const results = await this.#mergeOnce(repeated, await this.#currencies(repeated), reading + 1);
      for (const [i, row] of results.entries()) rows[again[i] as number] = row;
    }
    return rows;
  }
}

function isMerged(outcome: ObservationOutcome): outcome is Merged {
  return outcome.kind === 'repricing' || outcome.kind === 'skipped' || outcome.kind === 'stale';
}

function faultOf(sku: string, outcome: Refused): Fault {
  switch (outcome.kind) {
    case 'unknown-sku':
      return unknownSku({ sku });
    case 'currency-mismatch':
    case 'read-again': {
      const got = `another currency than ${outcome.currency}, that of its snapshot`;
      const takes = `${outcome.currency}; for another one a new price too, and a batch where the SKU has a live price`;
      return { field: 'currency', code: 'currency-mismatch', got, takes };
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
