import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

function onClock(chance = 1) {
  let nowMs = 0;
  const pace = new Pace({ now: () => nowMs, chance: () => chance });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { pace, pass };
}

describe('Pace', () => {
  it('lets a message wait twice as long after each failure, up to five minutes', () => {
    const { pace } = onClock();
    expect([1, 2, 3, 4, 20].map((attempts) => pace.failed(attempts))).toEqual([500, 1000, 2000, 4000, 300_000]);
    expect(onClock(0.25).pace.failed(2)).toBe(250);
  });

  it('tries a far end that is down with one message at a time, until it answers', () => {
    const { pace, pass } = onClock();
    for (let i = 0; i < 3; i++) pace.failed(1);
    expect(pace.allows(3)).toBe(true);
    pace.failed(1);
    expect([pace.allows(0), pace.restMs()]).toEqual([false, 500]);
    pass(500);
    expect([pace.allows(0), pace.allows(1)]).toEqual([true, false]);
    pace.failed(1);
    expect(pace.restMs()).toBe(1000);
    for (let i = 0; i < 20; i++) pace.failed(1);
    expect(pace.restMs()).toBe(30_000);
    pace.succeeded();
    expect([pace.allows(3), pace.restMs()]).toEqual([true, 0]);
  });

  it('leaves it alone as long as it asks for, an hour at most', () => {
    const { pace, pass } = onClock();
    pace.rest(2000);
    pace.rest(1000);
    expect([pace.allows(0), pace.restMs()]).toEqual([false, 2000]);
    pass(2000);
    expect(pace.allows(3)).toBe(true);
    pace.rest(1e9);
    expect(pace.restMs()).toBe(3_600_000);
  });
});
