import { describe, expect, test } from 'vitest';
import { forecast } from './forecast.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 30, 30);
const HOURS_LEFT = 11.5 - 30 / 3600;
const budget = {
  date: '2026-11-21',
  limitNanoUsd: 100e9,
  spentNanoUsd: 10e9,
  reservedNanoUsd: 0,
  resetsAtMs: Date.UTC(2026, 10, 22),
  unsettled: { calls: 0, costNanoUsd: 0 },
};
const minutes = (spent: number, count: number) => [...Array(60 - count).fill(0), ...Array(count).fill(spent)];

describe('the forecast', () => {
  test('goes by the pace since money was first spent in the hour', () => {
    // 4.5 minutes at $6 an hour.
    const { usdPerHour, endOfDayUsd, exhaustedAt } = forecast(budget, [...minutes(0.1e9, 5).slice(0, 59), 0.05e9], NOW);
    expect(Number(usdPerHour)).toBeCloseTo(6, 6);
    expect(Number(endOfDayUsd)).toBeCloseTo(10 + 6 * HOURS_LEFT, 6);
    expect(exhaustedAt).toBeNull();
  });

  test('tells when the limit is reached', () => {
    const { exhaustedAt } = forecast(
      { ...budget, limitNanoUsd: 16e9 },
      [...minutes(0.1e9, 5).slice(0, 59), 0.05e9],
      NOW,
    );
    expect(exhaustedAt).toBe(new Date(NOW + 3_600_000).toISOString());
    expect(forecast({ ...budget, limitNanoUsd: 5e9 }, minutes(1, 60), NOW).exhaustedAt).toBe(
      new Date(NOW).toISOString(),
    );
  });

  test('is no spend where there was none, and does not take one call for a minute of such', () => {
    expect(forecast(budget, minutes(0, 60), NOW)).toEqual({
      usdPerHour: '0.00',
      endOfDayUsd: '10.00',
      exhaustedAt: null,
    });
    expect(forecast(budget, minutes(0.1e9, 1), NOW - 29_000).usdPerHour).toBe('6.00');
  });
});
