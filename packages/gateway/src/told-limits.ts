import { headerValue, plainDecimal, type ResponseHeaders } from './header-value.ts';
import { resetMs } from './retry-after.ts';

/** Limits that a gateway tells of itself, a minute. */
export interface ToldLimits {
  readonly rpm?: number;
  readonly tpm?: number;
}

/** What the headers say about limits, and a sentence, not yet fit to show, for each value that cannot be one. */
export interface LimitsAndWarnings {
  readonly limits: ToldLimits | undefined;
  readonly warnings: readonly string[];
}

type LimitName = keyof ToldLimits;

/** No gateway allows more; above it the number counts something else, or is a mistake. */
const mostAMinute: Readonly<Record<LimitName, number>> = { rpm: 10_000_000, tpm: 100_000_000_000 };
const minuteMs = 60_000;

/** Headers that tell a limit a minute: those of OpenAI, Azure, Mistral and others; of Kong; of Anthropic. */
const minuteHeaders: readonly (readonly [LimitName, string])[] = [
  ['rpm', 'x-ratelimit-limit-requests'],
  ['tpm', 'x-ratelimit-limit-tokens'],
  ['rpm', 'x-ratelimit-limit-minute'],
  ['rpm', 'anthropic-ratelimit-requests-limit'],
  ['tpm', 'anthropic-ratelimit-tokens-limit'],
];

/** Quotas with their window, as the drafts of the IETF have them: `100;w=60`, `100, 100;w=60`, `"default";q=100;w=60`. */
const policyHeaders = ['ratelimit-policy', 'ratelimit-limit', 'ratelimit'] as const;
const policy = /(?:^|[,\s])(?:"[^"]*"(?:;[^,;]*)*?;q=)?(\d{1,15})(?:;[^,;]*)*?;w=(\d{1,9})/g;

const nothing: LimitsAndWarnings = { limits: undefined, warnings: [] };

/**
 * Reads the requests and tokens a minute that a gateway says it allows; of several the lowest. A limit whose window is not known to be a
 * minute or less is left out: a day's quota says nothing about a minute. What cannot be a limit is left out with a warning.
 *
 * @param nowMs Unix time in ms.
 */
export function readToldLimits(headers: ResponseHeaders, nowMs: number): LimitsAndWarnings {
  const limits: { -readonly [name in LimitName]?: number } = {};
  const warnings: string[] = [];
  const take = (name: LimitName, header: string, value: string, aMinute: number | undefined): void => {
    if (aMinute === undefined || aMinute < 1 || aMinute > mostAMinute[name] || !Number.isInteger(aMinute))
      warnings.push(`${header} "${value}" is no limit a minute from 1 to ${mostAMinute[name]}: ignored`);
    else limits[name] = Math.min(aMinute, limits[name] ?? aMinute);
  };
  for (const [name, header] of minuteHeaders) {
    const value = headerValue(headers, header);
    if (value !== undefined) take(name, header, value, plainDecimal(value));
  }
  const general = headerValue(headers, 'x-ratelimit-limit');
  if (general !== undefined && isOfMinute(headers, nowMs))
    take('rpm', 'x-ratelimit-limit', general, plainDecimal(general));
  for (const header of policyHeaders) {
    const value = headerValue(headers, header);
    if (value === undefined || value.length > 300) continue;
    for (const [, quota, seconds] of value.matchAll(policy)) {
      if (Number(seconds) < 1 || Number(seconds) * 1000 > minuteMs) continue;
      take('rpm', header, value, Math.floor((Number(quota) * 60) / Number(seconds)));
    }
  }
  if (limits.rpm === undefined && limits.tpm === undefined && warnings.length === 0) return nothing;
  return { limits: limits.rpm === undefined && limits.tpm === undefined ? undefined : limits, warnings };
}

/** `X-RateLimit-Limit` does not say its window: it is a minute when the window at hand lasts longer than a second, and ends within one. */
function isOfMinute(headers: ResponseHeaders, nowMs: number): boolean {
  const untilResetMs = resetMs(headerValue(headers, 'x-ratelimit-reset'), nowMs);
  return untilResetMs !== undefined && untilResetMs > 1000 && untilResetMs <= minuteMs;
}
