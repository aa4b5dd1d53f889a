import { describe, expect, test } from 'vitest';
import { decodePast, encodePast, noPast, type PastPrices, withReplaced, worthKeeping } from './past-prices.ts';

const hourMs = 3_600_000;
const now = 490_000 * hourMs;
const at = (hoursAgo: number): number => now - hoursAgo * hourMs;
const pastOf = (prices: readonly (readonly [minor: number, hoursAgo: number])[]): readonly PastPrices[] =>
  prices.reduce<readonly PastPrices[]>((past, [minor, hoursAgo]) => withReplaced(past, minor, at(hoursAgo)), noPast);

describe('past prices', () => {
  test('are the lowest and the highest of each hour, in order', () => {
    const past = pastOf([
      [1000, 3],
      [1200, 2.5],
      [900, 2.2],
      [1100, 1],
    ]);
    expect(past).toEqual([
      { hour: 489_997, lowestMinor: 900, highestMinor: 1200 },
      { hour: 489_999, lowestMinor: 1100, highestMinor: 1100 },
    ]);
  });

  test('stay in order when clocks differ', () => {
    const past = pastOf([
      [1000, 1],
      [900, 3],
      [1100, 2],
      [800, 3],
    ]);
    expect(encodePast(past)).toBe('489997:800:900 489998:1100 489999:1000');
  });

  test('read back as they were written', () => {
    const past = pastOf([
      [1000, 30],
      [900, 2],
      [950, 2],
    ]);
    expect(encodePast(past)).toBe('489970:1000 489998:900:950');
    expect(decodePast(encodePast(past))).toEqual(past);
    expect(decodePast('')).toEqual([]);
    for (const text of ['x', '1:', ':1', '1:2:3.5', '1 2:3']) expect(() => decodePast(text)).toThrow(RangeError);
  });

  test('are forgotten where they can limit nothing any more', () => {
    const past = pastOf([
      [500, 24 * 7 + 7], // over a week ago
      [700, 24 * 7 - 1],
      [1300, 48],
      [900, 30], // between later ones
      [1000, 5],
    ]);
    const kept = worthKeeping({ past, nowMs: now }, [1000, 800]);
    expect(kept.map(({ lowestMinor }) => lowestMinor)).toEqual([700, 1300]);
    expect(worthKeeping({ past, nowMs: now }, [1400, 400])).toEqual([]);
    expect(worthKeeping({ past, nowMs: now + 8 * 24 * hourMs }, [1000])).toEqual([]);
  });

  test('never come back into the last 24 hours by being merged', () => {
    for (let hoursAgo = 25; hoursAgo < 24 * 7; hoursAgo += 0.5) {
      const past = withReplaced(noPast, 500, at(hoursAgo));
      const [kept] = worthKeeping({ past, nowMs: now }, [1000]);
      expect((kept?.hour ?? Number.NaN) + 1 + 24).toBeLessThanOrEqual(490_000);
    }
  });

  test('stay few, even of a price that rises every ten minutes for a month', () => {
    let past = noPast;
    let most = 0;
    for (let step = 0; step < 30 * 24 * 6; step += 1) {
      const nowMs = now + step * 600_000;
      past = worthKeeping({ past: withReplaced(past, 1000 + step, nowMs), nowMs }, [1001 + step]);
      most = Math.max(most, past.length);
      expect(encodePast(past).length).toBeLessThan(1500);
    }
    expect(most).toBeGreaterThan(40);
    expect(most).toBeLessThanOrEqual(65);
  });
});
