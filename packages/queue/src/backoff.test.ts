import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { limiterWindow } from './limiter.ts';

describe('backoffMs', () => {
  it('grows from a second to 30 s, with full jitter', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 60].map((n) => backoffMs(n, undefined, () => 1))).toEqual([
      1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000,
    ]);
    expect(backoffMs(3, undefined, () => 0)).toBe(0);
    for (let i = 0; i < 1000; i++) expect(backoffMs(4, undefined)).toBeLessThanOrEqual(8000);
  });

  it('waits as long as the gateway says', () => {
    expect(backoffMs(1, 32_000, () => 0)).toBe(32_000);
    expect(backoffMs(1, 100, () => 0)).toBe(100);
  });

  it.each([0, 1, 99])('does not take %i ms for a time to wait', (retryAfterMs) => {
    expect(backoffMs(3, retryAfterMs, () => 1)).toBe(4000);
  });
});

describe('limiterWindow', () => {
  it.each([0, 1, 10, 59, 600, 1000, 60_000])('lets %i a minute through, in small windows', (rpm) => {
    const { max, duration } = limiterWindow(rpm);
    expect(Number.isInteger(max) && max >= 1 && Number.isInteger(duration) && duration >= 1).toBe(true);
    if (rpm >= 600) expect(duration).toBe(100);
    if (rpm > 0) expect((max * 60_000) / duration).toBeGreaterThan(rpm);
  });
});
