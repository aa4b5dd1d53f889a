import { type Observation, type ObservedField, observedFields, type Snapshot } from '@reprice/pricing';

/*
 * An observation as merge.lua takes it:
 *
 *   observedAtMs \t currency in which its amounts were read \t cells        (the first two '' = none)
 *
 * The cells are those of a snapshot's body (snapshot-text.ts): '' = stays as it is, '=' = cleared, '=value' = becomes that.
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

/** What merge.lua takes. The order of `observedFields` is that of the columns. */
export function encodeObservation({ observedAtMs, named, values, readIn }: Observation): string {
  let cells = '';
  let tabs = '';
  for (const field of observedFields) {
    if (named.includes(field)) {
      cells += `${tabs}=${cellOf[field](values)}`;
      tabs = '';
    }
    tabs += '\t';
  }
  return `${observedAtMs ?? ''}\t${readIn ?? ''}\t${cells}`;
}
