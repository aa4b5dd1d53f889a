import { headerValue, plainDecimal, type ResponseHeaders } from './header-value.ts';

/** The longest rest that a gateway may ask for: above it the value is taken as a mistake and cut to 5 minutes. */
export const mostRetryAfterMs = 300_000;

const durationPart = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How long the gateway asks to wait, in ms; and a sentence, not yet fit to show, for each header that asks for what cannot be meant. */
export interface RetryAfter {
  /** 0 to 300,000; absent when the gateway says nothing that can be read. */
  readonly retryAfterMs?: number;
  readonly warnings: readonly string[];
}

/**
 * Reads how long the gateway asks to wait, from now.
 *
 * Read in this order: `retry-after-ms` (OpenAI); `retry-after` as seconds or as an HTTP date, which is compared with
 * the reply's own `date` where there is one, so that a wrong clock on either side does no harm; then the reset headers
 * `x-ratelimit-reset`, `-reset-requests`, `-reset-tokens` and `ratelimit-reset`, as seconds, as a duration (`1m30s`),
 * or as Unix time in seconds or milliseconds, the longest of those whose `remaining` is not above 0.
 *
 * @param nowMs Unix time in ms.
 */
export function readRetryAfter(headers: ResponseHeaders, nowMs: number): RetryAfter {
  const warnings: string[] = [];
  const inMs = headerValue(headers, 'retry-after-ms');
  const plain = headerValue(headers, 'retry-after');
  const msOfInMs = plainDecimal(inMs);
  const msOfPlain = retryAfter(plain, serverNowMs(headers, nowMs));
  if (inMs !== undefined && msOfInMs === undefined) warnings.push(unreadable('retry-after-ms', inMs));
  if (plain !== undefined && msOfPlain === undefined) warnings.push(unreadable('retry-after', plain));
  const askedMs = msOfInMs ?? msOfPlain ?? longestReset(headers, nowMs);
  if (askedMs === undefined) return { warnings };
  if (askedMs > mostRetryAfterMs)
    warnings.push(`the gateway asks to wait ${Math.ceil(askedMs / 1000)} s: cut to ${mostRetryAfterMs / 1000} s`);
  return { retryAfterMs: Math.min(Math.ceil(askedMs), mostRetryAfterMs), warnings };
}

function unreadable(header: string, value: string): string {
  return `${header} "${value}" is no time to wait: ignored`;
}

function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  const seconds = plainDecimal(value);
  if (seconds !== undefined) return seconds * 1000;
  const dateMs = httpDate(value);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs);
}

function longestReset(headers: ResponseHeaders, nowMs: number): number | undefined {
  let longestMs: number | undefined;
  for (const [reset, remaining] of resetHeaders) {
    const left = plainDecimal(headerValue(headers, remaining));
    if (left !== undefined && left > 0) continue;
    const waitMs = resetMs(headerValue(headers, reset), nowMs);
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

/**
 * In how many ms a window resets, from a number of seconds, a duration or a Unix time. Numbers this large can only be Unix
 * times: 10^9 s is 2001, and 10^11 ms is 1973.
 */
export function resetMs(value: string | undefined, nowMs: number): number | undefined {
  const number = plainDecimal(value);
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
  return httpDate(headerValue(headers, 'date')) ?? nowMs;
}

/** Only the shapes of RFC 9110 begin with a day name; `Date.parse` alone would read `-1` as a year. */
function httpDate(value: string | undefined): number | undefined {
  if (value === undefined || !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
