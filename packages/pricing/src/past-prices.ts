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
  return merged([...past, { hour, lowestMinor: minor, highestMinor: minor }]);
}

/** When prices of the past leave a window of so many hours, ms since 1970: when the last of them surely was replaced before it. */
export function leavesWindowAtMs({ hour }: PastPrices, windowHours: number): number {
  return (hour + 1 + windowHours) * hourMs;
}

/** The prices of the past that count in a window of so many hours. */
export function withinWindow({ past, nowMs }: RecentPrices, windowHours: number): readonly PastPrices[] {
  return past.filter((prices) => leavesWindowAtMs(prices, windowHours) > nowMs);
}

/**
 * What of a SKU's past may still limit a price, at most 60 entries: nothing older than a week, and nothing that lies between prices that were
 * replaced later, as these stay in every window longer. `laterMinors`: prices that are live, or were replaced after all of `past`.
 */
export function worthKeeping({ past, nowMs }: RecentPrices, laterMinors: readonly number[]): readonly PastPrices[] {
  if (past.length === 0) return past;
  const oldestFine = Math.floor(nowMs / hourMs) - fineHours;
  const coarse = ({ hour }: PastPrices): number => hour - (hour % coarseHours) + coarseHours - 1;
  const recent = merged(
    withinWindow({ past, nowMs }, weekHours).map((prices) =>
      prices.hour < oldestFine ? { ...prices, hour: coarse(prices) } : prices,
    ),
  );
  let lowestMinor = Math.min(...laterMinors);
  let highestMinor = Math.max(...laterMinors);
  const kept: PastPrices[] = [];
  for (const prices of recent.toReversed()) {
    if (prices.lowestMinor >= lowestMinor && prices.highestMinor <= highestMinor) continue;
    kept.push(prices);
    lowestMinor = Math.min(lowestMinor, prices.lowestMinor);
    highestMinor = Math.max(highestMinor, prices.highestMinor);
  }
  return kept.reverse();
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

function merged(past: readonly PastPrices[]): readonly PastPrices[] {
  const byHour = new Map<number, PastPrices>();
  for (const { hour, lowestMinor, highestMinor } of past) {
    const there = byHour.get(hour);
    byHour.set(hour, {
      hour,
      lowestMinor: Math.min(lowestMinor, there?.lowestMinor ?? lowestMinor),
      highestMinor: Math.max(highestMinor, there?.highestMinor ?? highestMinor),
    });
  }
  return [...byHour.values()].sort((a, b) => a.hour - b.hour);
}
