/** Response headers, names in lower case, as undici and node:http give them. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The longest rest that a gateway may ask for: above it the value is taken as a mistake and cut to 5 minutes. */
export const mostRetryAfterMs = 300_000;

const plainNumber = /^\d{1,15}(?:\.\d{1,9})?$/;
const durationPart = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * How long the gateway asks to wait, in ms from now, 0 to 300,000; undefined when it says nothing that can be read.
 *
 * Read in this order: `retry-after-ms` (OpenAI); `retry-after` as seconds or as an HTTP date, which is compared with
 * the reply's own `date` where there is one, so that a wrong clock on either side does no harm; then the reset headers
 * `x-ratelimit-reset`, `-reset-requests`, `-reset-tokens` and `ratelimit-reset`, as seconds, as a duration (`1m30s`),
 * or as Unix time in seconds or milliseconds, the longest of those whose `remaining` is not above 0.
 *
 * @param nowMs Unix time in ms.
 */
export function parseRetryAfter(headers: ResponseHeaders, nowMs: number): number | undefined {
  return (
    bounded(decimal(first(headers, 'retry-after-ms'))) ??
    retryAfter(first(headers, 'retry-after'), serverNowMs(headers, nowMs)) ??
    longestReset(headers, nowMs)
  );
}

function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  const seconds = decimal(value);
  if (seconds !== undefined) return bounded(seconds * 1000);
  const dateMs = httpDate(value);
  return dateMs === undefined ? undefined : bounded(Math.max(0, dateMs - nowMs));
}

function longestReset(headers: ResponseHeaders, nowMs: number): number | undefined {
  let longestMs: number | undefined;
  for (const [reset, remaining] of resetHeaders) {
    const left = decimal(first(headers, remaining));
    if (left !== undefined && left > 0) continue;
    const waitMs = bounded(resetMs(first(headers, reset), nowMs));
    if (waitMs !== undefined && waitMs > (longestMs ?? -1)) longestMs = waitMs;
  }
  return longestMs;
}

const resetHeaders = [
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ['x-ratelimit-reset-requests', 'x-ratelimit-remaining-requests'],
  ['x-ratelimit-reset-tokens', 'x-ratelimit-remaining-tokens'],
  ['ratelimit-reset', 'ratelimit-remaining'],
] as const;

/** Numbers this large can only be Unix times: 10^9 s is 2001, and 10^11 ms is 1973. */
function resetMs(value: string | undefined, nowMs: number): number | undefined {
  const number = decimal(value);
  if (number === undefined) return duration(value);
  if (number >= 1e11) return Math.max(0, number - nowMs);
  if (number >= 1e9) return Math.max(0, number * 1000 - nowMs);
  return number * 1000;
}

function duration(value: string | undefined): number | undefined {
  let rest = value ?? '';
  if (rest === '' || rest.length > 40) return undefined;
  let totalMs = 0;
  while (rest !== '') {
    const part = durationPart.exec(rest);
    if (part === null) return undefined;
    totalMs += Number(part[1]) * (unitMs[part[2] ?? ''] ?? Number.NaN);
    rest = rest.slice(part[0].length);
  }
  return totalMs;
}

function serverNowMs(headers: ResponseHeaders, nowMs: number): number {
  return httpDate(first(headers, 'date')) ?? nowMs;
}

/** Only the shapes of RFC 9110 begin with a day name; `Date.parse` alone would read `-1` as a year. */
function httpDate(value: string | undefined): number | undefined {
  if (value === undefined || !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

function decimal(value: string | undefined): number | undefined {
  return value !== undefined && plainNumber.test(value) ? Number(value) : undefined;
}

function bounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.min(Math.ceil(ms), mostRetryAfterMs);
}

function first(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0])?.trim();
}
