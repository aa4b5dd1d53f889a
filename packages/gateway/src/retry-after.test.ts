import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostRetryAfterMs, readRetryAfter } from './retry-after.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');

describe('readRetryAfter', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['seconds with decimals', { 'retry-after': '0.25' }, 250],
    ['zero', { 'retry-after': '0' }, 0],
    ['blanks around', { 'retry-after': ' 7 ' }, 7000],
    ['the first of two', { 'retry-after': ['7', '9'] }, 7000],
    ['ms before seconds', { 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, 30_000],
    ['a date that is past', { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    [
      'a date by the clock of the server',
      { 'retry-after': 'Sat, 21 Nov 2026 09:00:30 GMT', date: 'Sat, 21 Nov 2026 09:00:00 GMT' },
      30_000,
    ],
    ['10 years, cut to 5 minutes', { 'retry-after': '315360000' }, mostRetryAfterMs],
    ['a date in 10 years', { 'retry-after': 'Sat, 21 Nov 2036 12:00:00 GMT' }, mostRetryAfterMs],
    ['a negative number', { 'retry-after': '-1' }, undefined],
    ['an exponent', { 'retry-after': '1e3' }, undefined],
    ['text', { 'retry-after': 'soon' }, undefined],
    ['an empty value', { 'retry-after': '' }, undefined],
    ['nothing', {}, undefined],
    ['text, but a reset', { 'retry-after': 'soon', 'x-ratelimit-reset': '4' }, 4000],
    ['reset as a duration', { 'x-ratelimit-reset-requests': '1m30s' }, 90_000],
    ['reset as ms', { 'x-ratelimit-reset-requests': '120ms' }, 120],
    ['the longer reset', { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6s' }, 6000],
    [
      'the reset of what is used up',
      {
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-tokens': '6s',
        'x-ratelimit-remaining-tokens': '900',
      },
      1000,
    ],
    ['reset as Unix time in seconds', { 'x-ratelimit-reset': String(nowMs / 1000 + 20) }, 20_000],
    ['reset as Unix time in ms', { 'x-ratelimit-reset': String(nowMs + 20_000) }, 20_000],
    ['reset by the draft of the IETF', { 'ratelimit-reset': '12' }, 12_000],
    ['a reset that is nonsense', { 'x-ratelimit-reset': '1m30' }, undefined],
  ])('reads %s', (_name, headers, expected) => {
    expect(readRetryAfter(headers, nowMs).retryAfterMs).toBe(expected);
  });

  it.each([
    ['7', []],
    ['315360000', ['the gateway asks to wait 315360000 s: cut to 300 s']],
    ['999999999999999', ['the gateway asks to wait 999999999999999 s: cut to 300 s']],
    ['Sat, 21 Nov 2036 12:00:00 GMT', ['the gateway asks to wait 315619200 s: cut to 300 s']],
    ['-1', ['retry-after "-1" is no time to wait: ignored']],
    ['1e18', ['retry-after "1e18" is no time to wait: ignored']],
    ['soon', ['retry-after "soon" is no time to wait: ignored']],
    ['', ['retry-after "" is no time to wait: ignored']],
  ])('warns of %j: %j', (value, warnings) => {
    expect(readRetryAfter({ 'retry-after': value }, nowMs).warnings).toEqual(warnings);
  });

  it('warns of retry-after-ms too, and reads the next', () => {
    expect(readRetryAfter({ 'retry-after-ms': '-5', 'retry-after': '2' }, nowMs)).toEqual({
      retryAfterMs: 2000,
      warnings: ['retry-after-ms "-5" is no time to wait: ignored'],
    });
  });

  it('never asks to wait below 0 or above 5 minutes, whatever a gateway sends', () => {
    const names = ['retry-after', 'retry-after-ms', 'x-ratelimit-reset', 'x-ratelimit-reset-tokens', 'date'];
    const value = fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String), fc.integer().map(String));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (headers) => {
        const waitMs = readRetryAfter(headers, nowMs).retryAfterMs ?? 0;
        expect(waitMs >= 0 && waitMs <= mostRetryAfterMs && Number.isInteger(waitMs)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
