import {
  encodeConversions,
  type Observation,
  type ObservedField,
  observedFields,
  type Snapshot,
} from '@reprice/pricing';

/*
 * An observation as merge.lua takes it:
 *
 *   observedAtMs \t currency in which its amounts were read \t cells        (the first two '' = none)
 *
 * A cell is `column=value`, the column being that of a snapshot's body (snapshot-text.ts) from 1; no value = cleared. What has no cell stays;
 * but conversions, the last column, go with the competitors.
 */

const text = (value: string | undefined): string => value?.replaceAll('\t', ' ') ?? '';

const cellOf: Readonly<Record<ObservedField, (values: Snapshot) => string | number>> = {
  currency: (s) => s.currency,
  price: (s) => s.priceMinor,
  stock: (s) => s.stock ?? '',
  cost: (s) => s.costMinor ?? '',
  capacity: (s) => s.capacity ?? '',
  restockDays: (s) => s.restockDays ?? '',
  demand: (s) => s.demand ?? '',
  competitors: (s) => s.competitorsMinor.join('|'),
  floor: (s) => s.floorMinor ?? '',
  ceiling: (s) => s.ceilingMinor ?? '',
  map: (s) => s.mapMinor ?? '',
  strategy: (s) => text(s.strategy),
  category: (s) => text(s.category),
  title: (s) => text(s.title),
};

/** The order of `observedFields` is that of the columns. */
const columnOf = Object.fromEntries(observedFields.map((field, i) => [field, i + 1])) as Record<ObservedField, number>;

const conversionsColumn = observedFields.length + 1;

/** What merge.lua takes. */
export function encodeObservation({ observedAtMs, named, values, readIn }: Observation): string {
  let text = `${observedAtMs ?? ''}\t${readIn ?? ''}\t`;
  for (const field of named) text += `${columnOf[field]}=${cellOf[field](values)}\t`;
  if (values.conversions !== undefined) text += `${conversionsColumn}=${encodeConversions(values.conversions)}\t`;
  return text;
}
