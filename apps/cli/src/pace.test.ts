import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('tells the speed over the last seconds, not over the whole time', () => {
  const pace = new Pace(10_000);
  expect(pace.perSecond).toBe(0);
  for (let second = 0; second <= 20; second += 1) pace.add(second * 1000, second * 100);
  expect(pace.perSecond).toBe(100);
  for (let second = 21; second <= 40; second += 1) pace.add(second * 1000, 2000 + (second - 20) * 10);
  expect(pace.perSecond).toBe(10);
});

it('tells for how long nothing has got done', () => {
  const pace = new Pace();
  expect(pace.stillMs(5)).toBe(0);
  pace.add(0, 10);
  pace.add(1000, 20);
  pace.add(2000, 20);
  expect(pace.stillMs(4000)).toBe(3000);
  pace.add(4000, 21);
  expect(pace.stillMs(4000)).toBe(0);
});

it('knows a standstill longer than its window', () => {
  const pace = new Pace(10_000);
  for (let atMs = 0; atMs <= 60_000; atMs += 300) pace.add(atMs, 7);
  expect(pace.stillMs(60_000)).toBe(60_000);
});
