import { describe, expect, it } from 'vitest';
import { cheapestStartMs } from './cheap-start.ts';
import type { ModelPrice, PriceWindow } from './model-price.ts';
import { dearestPrices, pricesAt } from './price-window.ts';

const at = (time: string, day = '2026-11-21'): number => Date.parse(`${day}T${time}Z`);
const minute = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const tokens = (factor: number) => ({
  inputNanoUsdPerMTok: 28_000_000 * factor,
  cachedInputNanoUsdPerMTok: 2_800_000 * factor,
  outputNanoUsdPerMTok: 42_000_000 * factor,
});
const priced = (factor: number, ...windows: [from: string, until: string, factor: number][]): ModelPrice => ({
  ...tokens(factor),
  windows: windows.map(
    ([from, until, other]): PriceWindow => ({
      ...tokens(other),
      fromMinute: minute(from),
      untilMinute: minute(until),
    }),
  ),
  source: 'test',
  date: '2026-11-21',
});
const offPeak = priced(10, ['16:30', '00:30', 5]);

describe('pricesAt', () => {
  it.each([
    ['16:29:59.999', 10],
    ['16:30:00', 5],
    ['23:59:59.999', 5],
    ['00:00:00', 5],
    ['00:29:59.999', 5],
    ['00:30:00', 10],
  ])('at %s UTC the price is %d times the unit', (time, factor) => {
    expect(pricesAt(offPeak, at(time)).inputNanoUsdPerMTok).toBe(28_000_000 * factor);
  });

  it('is the one price where there are no windows', () => {
    const { windows: _, ...flat } = offPeak;
    expect(pricesAt(flat, at('17:00'))).toBe(flat);
  });
});

describe('dearestPrices', () => {
  it.each([
    ['well within the cheap hours', '17:00', '17:01', 5],
    ['right after they began, within the margin of the clocks', '16:30:30', '16:31', 10],
    ['a minute and more after', '16:31:01', '16:32', 5],
    ['a call that may last beyond their end', '00:28', '00:29:30', 10],
    ['a call that ends before that', '00:27', '00:28', 5],
    ['dear hours', '12:00', '12:01', 10],
  ])('%s', (_, from, until, factor) => {
    expect(dearestPrices(offPeak, at(from), at(until))).toMatchObject(tokens(factor));
  });

  it('sees a dear window between two cheap ends', () => {
    const peak = priced(1, ['08:00', '09:00', 3]);
    expect(dearestPrices(peak, at('07:00'), at('10:00')).outputNanoUsdPerMTok).toBe(126_000_000);
  });

  it('is never below the price at any moment of the span', () => {
    const model = priced(7, ['01:15', '03:00', 2], ['08:00', '09:30', 11], ['22:00', '00:10', 5]);
    for (let start = 0; start < 24 * 60; start += 13)
      for (const length of [0, 1, 30, 200, 1500]) {
        const fromMs = at('00:00') + start * 60_000;
        const dearest = dearestPrices(model, fromMs, fromMs + length * 60_000);
        for (let minutes = 0; minutes <= length; minutes++) {
          const { inputNanoUsdPerMTok } = pricesAt(model, fromMs + minutes * 60_000);
          expect(dearest.inputNanoUsdPerMTok).toBeGreaterThanOrEqual(inputNanoUsdPerMTok);
        }
      }
  });
});

describe('cheapestStartMs', () => {
  const plan = (price: ModelPrice, now: string, latest: number) =>
    cheapestStartMs({ calls: [{ price, count: 10 }], nowMs: at(now), latestStartMs: latest });

  it('waits for the cheap hours, a minute into them', () => {
    expect(plan(offPeak, '12:00', at('20:00'))).toBe(at('16:31'));
  });

  it('does not wait where it must begin before them, or is in them, or there are none', () => {
    expect(plan(offPeak, '12:00', at('16:30'))).toBe(at('12:00'));
    expect(plan(offPeak, '18:00', at('18:00', '2026-11-23'))).toBe(at('18:00'));
    expect(plan(priced(10), '12:00', at('20:00'))).toBe(at('12:00'));
  });

  it('waits for the end of dear hours', () => {
    expect(plan(priced(1, ['08:00', '11:00', 2]), '09:00', at('20:00'))).toBe(at('11:01'));
  });

  it('looks no further ahead than the windows differ, however late it must be done', () => {
    let looks = 0;
    const counted = {
      ...offPeak,
      get windows() {
        looks++;
        return offPeak.windows ?? [];
      },
    };
    expect(plan(counted, '12:00', Date.parse('9999-12-31T00:00:00Z'))).toBe(at('16:31'));
    expect(looks).toBeLessThan(20);
  });

  it('takes the first of the cheapest, for all models together', () => {
    const other = priced(10, ['14:00', '17:30', 9]);
    const calls = [
      { price: offPeak, count: 1 },
      { price: other, count: 100 },
    ];
    expect(cheapestStartMs({ calls, nowMs: at('12:00'), latestStartMs: at('12:00', '2026-11-23') })).toBe(at('16:31'));
    expect(
      cheapestStartMs({ calls: calls.slice(1), nowMs: at('12:00'), latestStartMs: at('12:00', '2026-11-23') }),
    ).toBe(at('14:01'));
  });
});
