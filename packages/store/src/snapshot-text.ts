import { decodeConversions, encodeConversions, type Snapshot } from '@reprice/pricing';

/*
 * A snapshot is kept as one string, which takes a quarter less memory than a hash of the same fields:
 *
 *   observedAtMs \t movedAtMs \t basisStock \t referenceMinor \t body
 *   body = currency \t price \t stock \t cost \t capacity \t restockDays \t demand \t competitors \t floor \t ceiling \t map
 *          \t strategy \t category \t title \t conversions (conversions.ts of pricing)
 *          (money in minor units, competitors separated by |, trailing tabs cut)
 *
 * movedAtMs: when something material last moved ('' = at observedAtMs). basisStock: the stock at that moment ('' = as now).
 * referenceMinor: the price that the merchant last stated of their own accord ('' = the stated price). observe.lua and merge.lua keep these three.
 */

const text = (value: string | undefined): string => value?.replaceAll('\t', ' ') ?? '';

/** The whole string of a snapshot that has no past. */
export function encodeSnapshot(s: Snapshot): string {
  return `${s.observedAtMs}\t\t\t\t${bodyOf(s)}`;
}

function bodyOf(s: Snapshot): string {
  const body = `${s.currency}\t${s.priceMinor}\t${s.stock ?? ''}\t${s.costMinor ?? ''}\t${s.capacity ?? ''}\t${s.restockDays ?? ''}\t${
    s.demand ?? ''
  }\t${s.competitorsMinor.join('|')}\t${s.floorMinor ?? ''}\t${s.ceilingMinor ?? ''}\t${s.mapMinor ?? ''}\t${text(s.strategy)}\t${text(
    s.category,
  )}\t${text(s.title)}`;
  if (s.conversions !== undefined) return `${body}\t${encodeConversions(s.conversions)}`;
  let end = body.length;
  while (body.charCodeAt(end - 1) === 9) end--;
  return body.slice(0, end);
}

/** When something material last moved, in ms since 1970. */
export function movedAtMs(stored: string): number {
  const [at, moved] = stored.split('\t', 2);
  return Number(moved || at);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a snapshot back. Throws a RangeError naming the SKU when the string is not one that this file wrote. */
export function decodeSnapshot(sku: string, stored: string): Snapshot {
  const cells = stored.split('\t');
  // Later than observedAt only when two observations of one moment differed.
  const observedAtMs = Math.max(Number(cells[0]), Number(cells[1] ?? 0));
  const reference = cells[3];
  const currency = cells[4];
  const priceMinor = Number(cells[5]);
  if (!currency || !Number.isSafeInteger(observedAtMs) || !Number.isSafeInteger(priceMinor) || priceMinor <= 0) {
    throw new RangeError(
      `The snapshot of SKU ${JSON.stringify(sku)} in Redis is unreadable: ${JSON.stringify(stored.slice(0, 80))}`,
    );
  }
  const snapshot: Mutable<Snapshot> = {
    sku,
    currency,
    priceMinor,
    referenceMinor: reference ? Number(reference) : priceMinor,
    competitorsMinor: cells[11] ? cells[11].split('|').map(Number) : [],
    observedAtMs,
  };
  if (cells[6]) snapshot.stock = Number(cells[6]);
  if (cells[7]) snapshot.costMinor = Number(cells[7]);
  if (cells[8]) snapshot.capacity = Number(cells[8]);
  if (cells[9]) snapshot.restockDays = Number(cells[9]);
  if (cells[10]) snapshot.demand = Number(cells[10]);
  if (cells[12]) snapshot.floorMinor = Number(cells[12]);
  if (cells[13]) snapshot.ceilingMinor = Number(cells[13]);
  if (cells[14]) snapshot.mapMinor = Number(cells[14]);
  if (cells[15]) snapshot.strategy = cells[15];
  if (cells[16]) snapshot.category = cells[16];
  if (cells[17]) snapshot.title = cells[17];
  if (cells[18]) snapshot.conversions = decodeConversions(cells[18]);
  return snapshot;
}
