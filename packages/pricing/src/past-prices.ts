const hourMs = 3_600_000;

/** The rolling windows, in hours. */
export const dayHours = 24;
export const weekHours = 7 * 24;

/** Entries older than this are merged by six hours: merging moves one at most five hours later, so none comes back into the last 24. */
const fineHours = dayHours + 7;
const coarseHours = 6;

/**
 * The lowest and the highest of the prices that were replaced within one hour; of those that are more than a day old, within six. A price
 * counts from when it was replaced, not from when it was published: until then it was what customers saw.
 */
export interface PastPrices {
  /** Hours since 1970: the hour in which they were replaced, the last one of six. */
  readonly hour: number;
  readonly lowestMinor: number;
  readonly highestMinor: number;
}

/** A SKU's past prices in order of time, without the live one, and the moment that they are looked at, ms since 1970. */
export interface RecentPrices {
  readonly past: readonly PastPrices[];
  readonly nowMs: number;
}

/** What a SKU that was never repriced has. */
export const noPast: readonly PastPrices[] = Object.freeze([]);

/** The past of a SKU with one more price that was replaced at `replacedAtMs`. */
export function withReplaced(past: readonly PastPrices[], minor: number, replacedAtMs: number): readonly PastPrices[] {
  const hour = Math.floor(replacedAtMs / hourMs);
  // Mostly it is the newest; not if clocks differ.
  let at = past.length;
  while (at > 0 && (past[at - 1] as PastPrices).hour > hour) at -= 1;
  const same = past[at - 1];
  if (same?.hour === hour) return past.with(at - 1, merged(same, { hour, lowestMinor: minor, highestMinor: minor }));
  return past.toSpliced(at, 0, { hour, lowestMinor: minor, highestMinor: minor });
}

/** When prices of the past leave a window of so many hours, ms since 1970: when the last of them surely was replaced before it. */
export function leavesWindowAtMs({ hour }: PastPrices, windowHours: number): number {
  return (hour + 1 + windowHours) * hourMs;
}

/** The prices of the past that count in a window of so many hours. */
export function withinWindow({ past, nowMs }: RecentPrices, windowHours: number): readonly PastPrices[] {
  if (past.length === 0) return past;
  return past.filter((prices) => leavesWindowAtMs(prices, windowHours) > nowMs);
}

/**
 * What of a SKU's past may still limit a price, at most 65 entries: nothing older than a week, and nothing that lies between prices that were
 * replaced later, as these stay in every window longer. `laterMinors`: prices that are live, or were replaced after all of `past`.
 */
export function worthKeeping({ past, nowMs }: RecentPrices, laterMinors: readonly number[]): readonly PastPrices[] {
  if (past.length === 0) return past;
  const oldestFine = Math.floor(nowMs / hourMs) - fineHours;
  let lowestMinor = Math.min(...laterMinors);
  let highestMinor = Math.max(...laterMinors);
  const kept: PastPrices[] = [];
  for (let at = past.length - 1; at >= 0; at -= 1) {
    const prices = coarser(past[at] as PastPrices, oldestFine);
    if (leavesWindowAtMs(prices, weekHours) <= nowMs) break;
    if (prices.lowestMinor >= lowestMinor && prices.highestMinor <= highestMinor) continue;
    lowestMinor = Math.min(lowestMinor, prices.lowestMinor);
    highestMinor = Math.max(highestMinor, prices.highestMinor);
    const later = kept.at(-1);
    if (later?.hour === prices.hour) kept[kept.length - 1] = merged(later, prices);
    else kept.push(prices);
  }
  return kept.reverse();
}

/** The same in a stretch of six hours, if all of that is long enough ago. */
function coarser(prices: PastPrices, oldestFine: number): PastPrices {
  const hour = prices.hour - (prices.hour % coarseHours) + coarseHours - 1;
  return hour < oldestFine && hour !== prices.hour ? { ...prices, hour } : prices;
}

/** As text: `hour:lowest:highest`, or `hour:price`, separated by blanks. */
export function encodePast(past: readonly PastPrices[]): string {
  return past
    .map(({ hour, lowestMinor, highestMinor }) =>
      lowestMinor === highestMinor ? `${hour}:${lowestMinor}` : `${hour}:${lowestMinor}:${highestMinor}`,
    )
    .join(' ');
}

/** Reads `encodePast` back. Throws a RangeError for a text that is none of its own. */
export function decodePast(text: string): readonly PastPrices[] {
  if (text === '') return noPast;
  return text.split(' ').map((entry) => {
    const [hour = Number.NaN, lowestMinor = Number.NaN, highestMinor = lowestMinor] = entry.split(':').map(Number);
    if (![hour, lowestMinor, highestMinor].every((n) => Number.isSafeInteger(n) && n >= 1))
      throw new RangeError(`These are no past prices: ${JSON.stringify(text.slice(0, 80))}`);
    return { hour, lowestMinor, highestMinor };
  });
}

function merged({ hour, lowestMinor, highestMinor }: PastPrices, other: PastPrices): PastPrices {
  return {
    hour,
    lowestMinor: Math.min(lowestMinor, other.lowestMinor),
    highestMinor: Math.max(highestMinor, other.highestMinor),
  };
}
