import type { Currency } from './currency.ts';
import type { Fault } from './fault.ts';
import { normalSku } from './merchant-text.ts';
import type { Rates } from './rates.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';

/** A snapshot's fields that an observation may name, but for the SKU and the time. */
export const observedFields = [
  'currency',
  'price',
  'stock',
  'cost',
  'capacity',
  'restockDays',
  'demand',
  'competitors',
  'floor',
  'ceiling',
  'map',
  'strategy',
  'category',
  'title',
] as const;
export type ObservedField = (typeof observedFields)[number];

/** An incoming change to a snapshot: what it names changes, all else stays. */
export interface Observation {
  readonly sku: string;
  /** When it was true, ms since 1970; absent = when it arrives. */
  readonly observedAtMs?: number;
  readonly named: readonly ObservedField[];
  /** Values of the fields named; one that is named and absent here is cleared. Fields not named hold nothing that counts. */
  readonly values: Snapshot;
  /** The currency in which its amounts were read; absent when it names none. */
  readonly readIn?: Currency;
}

/** What an observation is read against. */
export interface ObservationDefaults {
  /** Currency of the SKU's snapshot, for amounts without one; undefined = the SKU, and with it the currency, is not known. */
  readonly currency: Currency | undefined;
  readonly nowMs: number;
  readonly strategies: ReadonlySet<string>;
  /** By which competitors' prices in other currencies are converted; absent = by none. */
  readonly rates?: Rates | undefined;
}

/** An observation and the names of unknown fields (at most 50), or every fault found. */
export type ObservationResult =
  | { readonly ok: true; readonly observation: Observation; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly sku?: string; readonly faults: readonly Fault[] };

const money = ['price', 'cost', 'competitors', 'floor', 'ceiling', 'map'] as const;
const given = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
const namesMoney = (input: Record<string, unknown>): boolean =>
  money.some((field) => Object.hasOwn(input, field) && given(input[field]));

/** The SKU of an observation whose amounts can be read only in the currency of what is stored; undefined for others. */
export function skuOfBareAmounts(input: Record<string, unknown>): string | undefined {
  const { sku } = input;
  if (given(input.currency) || !namesMoney(input)) return undefined;
  if (typeof sku !== 'string' && typeof sku !== 'number') return undefined;
  const result = normalSku(String(sku));
  return 'sku' in result ? result.sku : undefined;
}

/**
 * Reads one observation from the outside: the fields of a snapshot, of which all but `sku` may be left out, and `null` clears one. Only own
 * properties count. Never throws.
 */
export function parseObservation(input: Record<string, unknown>, defaults: ObservationDefaults): ObservationResult {
  const { currency, nowMs, strategies, rates } = defaults;
  const readIn = given(input.currency) ? input.currency : currency;
  const hasMoney = namesMoney(input);
  if (hasMoney && readIn === undefined) {
    const normal = normalSku(String(input.sku));
    return { ok: false, ...('sku' in normal && { sku: normal.sku }), faults: [unknownSku(normal)] };
  }
  const whole = { ...input, price: given(input.price) ? input.price : 1 };
  const read = parseSnapshot(whole, { currency: currency ?? 'USD', nowMs, strategies, rates });
  if (!read.ok) return read;
  if (Object.hasOwn(input, 'price') && input.price === null)
    return { ok: false, sku: read.snapshot.sku, faults: [notClearable] };
  const named = observedFields.filter((field) => {
    if (!Object.hasOwn(input, field) || input[field] === undefined || input[field] === '') return false;
    return field !== 'currency' || input.currency !== null;
  });
  const { sku, observedAtMs } = read.snapshot;
  const observation = {
    sku,
    named,
    values: read.snapshot,
    ...(given(input.observedAt) && { observedAtMs }),
    ...(hasMoney && { readIn: read.snapshot.currency }),
  };
  return { ok: true, observation, ignored: read.ignored };
}

const notClearable: Fault = {
  field: 'price',
  code: 'not-clearable',
  got: 'null',
  takes: 'an amount, or leave it out: every snapshot has a price',
};

/** The fault of an observation of a SKU that nothing is known of. */
export function unknownSku(known: { readonly sku: string } | object): Fault {
  const got = 'sku' in known ? `${known.sku}, of which nothing is known` : 'a SKU of which nothing is known';
  const takes = 'price and currency too where a SKU is seen for the first time; or submit it in a batch before';
  return { field: 'sku', code: 'unknown-sku', got, takes };
}
