import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateWindow, windowMs } from './rate-window.ts';

describe('RateWindow', () => {
  it('lets an event go when it is exactly 60 s old', () => {
    const window = new RateWindow();
    window.add(0);
    window.add(10_000);
    expect(window.countAt(windowMs - 1)).toBe(2);
    expect(window.untilNextLeavesMs(windowMs - 1)).toBe(1);
    expect(window.countAt(windowMs)).toBe(1);
    expect(window.untilNextLeavesMs(windowMs)).toBe(10_000);
  });

  it('counts as a look at all events does, past its first size too', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 4000 }), (steps) => {
        const window = new RateWindow();
        const times: number[] = [];
        let nowMs = 0;
        let most = 0;
        for (const step of steps) {
          nowMs += step;
          times.push(nowMs);
          window.add(nowMs);
          most = Math.max(most, times.filter((time) => time > nowMs - windowMs).length);
        }
        expect(window.most).toBe(most);
        expect(window.countAt(nowMs)).toBe(times.filter((time) => time > nowMs - windowMs).length);
      }),
      { numRuns: 20 },
    );
  });
});
