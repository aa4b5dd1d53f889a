import {
  type Canary,
  defaultStrategy,
  type Fault,
  parseSnapshot,
  type Rates,
  type Snapshot,
  type SnapshotDefaults,
} from '@reprice/pricing';
import { Packer } from '@reprice/queue';
import {
  CompetitorTally,
  OBSERVE_AT_ONCE,
  priceHolds,
  type Rejection,
  type StagedPack,
  type Store,
} from '@reprice/store';
import { IgnoredFields } from './ignored-fields.ts';
import { InFlight } from './in-flight.ts';
import type { RowSink } from './row-sink.ts';
import { SkuSet } from './sku-set.ts';

/** What the rows of one upload are read against, and where they go. */
export interface ReceiverOptions {
  readonly store: Pick<Store, 'snapshots' | 'batches' | 'rates' | 'policies' | 'routes' | 'together'>;
  readonly batchId: string;
  readonly mode: 'live' | 'dry-run';
  /** Reprice also what is unchanged since its last price. */
  readonly force: boolean;
  readonly currency?: string;
  readonly nowMs: number;
  readonly strategies: ReadonlySet<string>;
  /** By which competitors' prices in other currencies are converted. */
  readonly rates: Rates | undefined;
  readonly packSize: number;
  /** Who would answer for a SKU beside this canary. */
  readonly answererOf: (snapshot: Snapshot, canary: Canary) => string;
}

/** Steps that may be under way in Redis while parsing goes on. */
const stepsInFlight = 2;

/**
 * Takes the rows of one upload: checks each, and stores them some hundreds at a time. Rows are told synchronously; between two pieces of
 * the body the caller awaits `flush`, which is where a slow Redis holds the client back.
 */
export class Receiver implements RowSink {
  readonly #options: ReceiverOptions;
  readonly #defaults: SnapshotDefaults;
  readonly competitors = new CompetitorTally();
  readonly #seen = new SkuSet();
  readonly #ignored = new IgnoredFields();
  readonly #steps = new InFlight(stepsInFlight);
  readonly #packer: Packer;
  #snapshots: Snapshot[] = [];
  #rejections: Rejection[] = [];
  readonly #packs = new Map<string, number>();
  #rows = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    const { currency, nowMs, strategies, rates } = options;
    this.#defaults = { nowMs, strategies, rates, ...(currency !== undefined && { currency }) };
    this.#packer = new Packer({ packSize: options.packSize });
  }

  /** Rows seen so far, good and bad. */
  get rows(): number {
    return this.#rows;
  }

  /** How many packs of each strategy were staged. */
  get packs(): ReadonlyMap<string, number> {
    return this.#packs;
  }

  get ignored(): IgnoredFields {
    return this.#ignored;
  }

  row(line: number, input: Record<string, unknown>): void {
    this.#rows++;
    const read = parseSnapshot(input, this.#defaults);
    if (!read.ok) {
      this.#rejections.push(
        read.sku === undefined ? { line, faults: read.faults } : { line, sku: read.sku, faults: read.faults },
      );
      return;
    }
    const { snapshot } = read;
    for (const name of read.ignored) this.#ignored.add(name);
    if (this.#seen.add(snapshot.sku)) {
      this.#snapshots.push(snapshot);
      if (snapshot.conversions !== undefined) this.competitors.add(snapshot.conversions);
    } else this.#rejections.push({ line, sku: snapshot.sku, faults: [duplicate(snapshot.sku)] });
  }

  fault(line: number, fault: Fault): void {
    this.#rows++;
    this.#rejections.push({ line, faults: [fault] });
  }

  /** Hands full chunks on to the store; waits while it is behind. */
  async flush(): Promise<void> {
    while (this.#snapshots.length >= OBSERVE_AT_ONCE) await this.#hand(OBSERVE_AT_ONCE);
    if (this.#rejections.length >= OBSERVE_AT_ONCE) await this.#hand(0);
  }

  /** Stores what is left, the unfinished packs included. */
  async finish(): Promise<void> {
    await this.flush();
    if (this.#snapshots.length + this.#rejections.length > 0) await this.#hand(this.#snapshots.length);
    await this.#steps.drain();
    const { store, batchId } = this.#options;
    const packs = this.#packer.flush();
    this.#count(packs);
    const told = this.competitors.told();
    if (packs.length > 0 || told.unusedCompetitors) await store.batches.stage(batchId, { packs, ...told });
    // Figures: what is staged stays staged if they are not.
    await store.rates.count(this.competitors).catch(() => undefined);
  }

  #count(packs: readonly StagedPack[]): void {
    for (const { strategy } of packs) this.#packs.set(strategy, (this.#packs.get(strategy) ?? 0) + 1);
  }

  /** Waits until nothing of this upload is under way in Redis any more. */
  async settle(): Promise<void> {
    await this.#steps.settle();
  }

  async #hand(count: number): Promise<void> {
    const snapshots = this.#snapshots.splice(0, count);
    const rejections = this.#rejections;
    this.#rejections = [];
    await this.#steps.add(this.#stage(snapshots, rejections));
  }

  async #stage(snapshots: readonly Snapshot[], rejections: readonly Rejection[]): Promise<void> {
    const { store, batchId, mode, force, nowMs, answererOf } = this.#options;
    const dryRun = mode === 'dry-run';
    // What is in force is read after the prices, and anew each time: an upload may take hours.
    const [observed, policySinceMs, canary] = await store.together(() =>
      Promise.all([
        dryRun ? [] : store.snapshots.observe(snapshots, nowMs),
        store.policies.sinceMs(),
        store.routes.get(),
      ]),
    );
    const packs: StagedPack[] = [];
    let unchanged = 0;
    snapshots.forEach((snapshot, i) => {
      const strategy = snapshot.strategy ?? defaultStrategy;
      const known = observed[i];
      const inForce = { policySinceMs: policySinceMs.get(strategy) ?? 0, canary };
      if (!force && known && priceHolds(known, strategy, inForce)) unchanged++;
      else {
        const pack = this.#packer.add(snapshot.sku, strategy, answererOf(snapshot, canary));
        if (pack !== undefined) packs.push(pack);
      }
    });
    this.#count(packs);
    await store.batches.stage(batchId, { packs, unchanged, rejections, ...(dryRun && { trial: snapshots }) });
  }
}

function duplicate(sku: string): Fault {
  return { field: 'sku', code: 'duplicate-sku', got: sku, takes: 'each SKU once in an upload; the first line counts' };
}
