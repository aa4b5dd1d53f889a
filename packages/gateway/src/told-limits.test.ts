import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readToldLimits } from './told-limits.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const read = (headers: Record<string, string | string[]>) => readToldLimits(headers, nowMs);

describe('readToldLimits', () => {
  it.each([
    ['nothing', {}, undefined],
    ['requests', { 'x-ratelimit-limit-requests': '600' }, { rpm: 600 }],
    ['tokens', { 'x-ratelimit-limit-tokens': ' 200000 ' }, { tpm: 200_000 }],
    ['both', { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-limit-tokens': '9' }, { rpm: 60, tpm: 9 }],
    ['the lower of two', { 'x-ratelimit-limit-requests': '60', 'ratelimit-policy': '50;w=60' }, { rpm: 50 }],
    ['the first of two headers', { 'x-ratelimit-limit-requests': ['60', '5'] }, { rpm: 60 }],
    ['those of Anthropic', { 'anthropic-ratelimit-requests-limit': '50' }, { rpm: 50 }],
    ['those of Kong', { 'x-ratelimit-limit-minute': '120' }, { rpm: 120 }],
    ['a general limit of this minute', { 'x-ratelimit-limit': '100', 'x-ratelimit-reset': '42' }, { rpm: 100 }],
    [
      'a general limit, reset by Unix time in ms',
      { 'x-ratelimit-limit': '100', 'x-ratelimit-reset': String(nowMs + 42_000) },
      { rpm: 100 },
    ],
    ['no general limit of a second', { 'x-ratelimit-limit': '10', 'x-ratelimit-reset': '1' }, undefined],
    ['no general limit of a day', { 'x-ratelimit-limit': '50', 'x-ratelimit-reset': '9h' }, undefined],
    ['no general limit without a window', { 'x-ratelimit-limit': '50' }, undefined],
    ['a quota and its window', { 'ratelimit-limit': '100, 100;w=60' }, { rpm: 100 }],
    ['a quota of a second', { 'ratelimit-policy': '"burst";q=5;w=1' }, { rpm: 300 }],
    ['of two quotas the lower', { 'ratelimit-policy': '"burst";q=5;w=1, "minute";q=100;w=60' }, { rpm: 100 }],
    ['no quota of a day', { 'ratelimit-policy': '"daily";q=1000;w=86400' }, undefined],
  ] as const)('reads %s', (_name, headers, limits) => {
    expect(read(headers as Record<string, string>)).toEqual({ limits, warnings: [] });
  });

  it.each(['-1', 'many', '0', '1e18', '1000000000000000000', '0.5', '', '315360000'])(
    'leaves out %j with a warning',
    (value) => {
      const headers = { 'x-ratelimit-limit-requests': value, 'x-ratelimit-limit-tokens': '500' };
      const warning = `x-ratelimit-limit-requests "${value}" is no limit a minute from 1 to 10000000: ignored`;
      expect(read(headers)).toEqual({ limits: { tpm: 500 }, warnings: [warning] });
    },
  );

  it('gives whole limits within bounds, or none, whatever a gateway sends', () => {
    const names = [
      'x-ratelimit-limit',
      'x-ratelimit-reset',
      'x-ratelimit-limit-tokens',
      'ratelimit-policy',
      'ratelimit',
    ];
    const quota = fc.tuple(fc.nat(), fc.nat()).map(([limit, seconds]) => `${limit};w=${seconds}`);
    const value = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String), quota);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (headers) => {
        const { rpm = 1, tpm = 1 } = read(headers).limits ?? {};
        expect(Number.isInteger(rpm) && rpm >= 1 && rpm <= 1e7).toBe(true);
        expect(Number.isInteger(tpm) && tpm >= 1 && tpm <= 1e11).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads no policy longer than 300 characters', () => {
    expect(read({ 'ratelimit-policy': `100;w=60${' '.repeat(10)}${';a'.repeat(200)}` }).limits).toBeUndefined();
  });
});
