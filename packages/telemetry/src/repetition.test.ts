import { expect, it } from 'vitest';
import { onceEvery, withoutNumbers } from './repetition.ts';

it('lets the same error through once an interval, and counts what it kept quiet', () => {
  let nowMs = 0;
  const turn = onceEvery(1000, () => nowMs);
  expect(turn('away')).toEqual({ suppressed: 0 });
  nowMs = 999;
  expect(turn('away')).toBeUndefined();
  expect(turn('away')).toBeUndefined();
  nowMs = 1000;
  expect(turn('away')).toEqual({ suppressed: 2 });
  nowMs = 2000;
  expect(turn('away')).toEqual({ suppressed: 0 });
});

it('keeps different errors apart', () => {
  const turn = onceEvery(1000, () => 0);
  expect(turn('one')).toBeDefined();
  expect(turn('two')).toBeDefined();
  expect(turn()).toBeDefined();
  expect(turn('one')).toBeUndefined();
});

it('forgets the oldest of too many errors instead of growing', () => {
  const turn = onceEvery(1000, () => 0);
  for (let index = 0; index <= 1000; index += 1) turn(String(index));
  expect(turn('1000')).toBeUndefined();
  expect(turn('0')).toBeDefined();
});

it('errors that differ in an id or a port alone are the same', () => {
  expect(withoutNumbers('connect ECONNREFUSED 127.0.0.1:6379')).toBe('connect ECONNREFUSED #');
  expect(withoutNumbers('Missing lock for job b1.25. moveToFinished')).toBe('Missing lock for job # moveToFinished');
});
