import type { Conversions } from './conversions.ts';
import type { Currency } from './currency.ts';
import type { Fault } from './fault.ts';
import type { Rates } from './rates.ts';
import { SnapshotReader } from './snapshot-reader.ts';

/** What is known of a SKU at one moment. Money in integer minor units of `currency`; what is not known is absent. */
export interface Snapshot {
  readonly sku: string;
  readonly currency: Currency;
  /** The price that the merchant stated. */
  readonly priceMinor: number;
  /**
   * What derived bounds count from: the price the merchant stated of their own accord. `parseSnapshot` sets it to
   * `priceMinor`; the store keeps an older one where the stated price only repeats a price that we published.
   */
  readonly referenceMinor: number;
  /** Unit cost. */
  readonly costMinor?: number;
  /** Units at hand. */
  readonly stock?: number;
  /** Units that count as a full shelf. */
  readonly capacity?: number;
  /** Days until the next delivery. */
  readonly restockDays?: number;
  /** Demand against the usual: 1 = usual, 2 = twice. */
  readonly demand?: number;
  /** Of all competitors whose price is known in, or could be converted to, `currency`. */
  readonly competitorsMinor: readonly number[];
  /** Where competitors' prices came in other currencies: what they were, and by which rates they were converted. */
  readonly conversions?: Conversions;
  readonly floorMinor?: number;
  readonly ceilingMinor?: number;
  /** Minimum advertised price. */
  readonly mapMinor?: number;
  readonly category?: string;
  readonly title?: string;
  /** The strategy asked for; absent = the default one. */
  readonly strategy?: string;
  /** When it was true, in ms since 1970. Snapshots of a SKU are ordered by it. */
  readonly observedAtMs: number;
}

/** What a snapshot is read against. */
export interface SnapshotDefaults {
  /** Currency of items that name none. */
  currency?: string;
  /** The current time, and `observedAt` of items that name none. */
  nowMs: number;
  /** Names of the configured strategies. */
  strategies: ReadonlySet<string>;
  /** By which competitors' prices in other currencies are converted; absent = by none: they are not used. */
  rates?: Rates | undefined;
}

/**
 * A snapshot and the names of unknown fields (at most 50), or every fault found; the SKU comes along where it is
 * readable.
 */
export type SnapshotResult =
  | { ok: true; snapshot: Snapshot; ignored: readonly string[] }
  | { ok: false; sku?: string; faults: Fault[] };

/**
 * Reads one item from the outside: JSON values or CSV cells, where `''`, blanks and `null` mean absent, never 0.
 * Only own properties count, so a field named `__proto__` is just an unknown name. Never throws.
 */
export function parseSnapshot(input: Record<string, unknown>, defaults: SnapshotDefaults): SnapshotResult {
  return new SnapshotReader(defaults).read(input);
}
