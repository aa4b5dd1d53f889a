import { describe, expect, it } from 'vitest';
import { KeyRing, keyRestMs } from './key-ring.ts';

describe('KeyRing', () => {
  it('takes the first key that does not rest, and each again after a minute', () => {
    let nowMs = 0;
    const ring = new KeyRing(['a', 'b'], () => nowMs);
    expect([ring.next(), ring.active]).toEqual(['a', 2]);
    ring.rest('a');
    expect([ring.next(), ring.active]).toEqual(['b', 1]);
    nowMs = 20_000;
    ring.rest('b');
    expect([ring.next(), ring.active, ring.backInMs]).toEqual([undefined, 0, 40_000]);
    nowMs = keyRestMs - 1;
    expect(ring.next()).toBeUndefined();
    nowMs = keyRestMs;
    expect([ring.next(), ring.active, ring.backInMs]).toEqual(['a', 1, 0]);
  });

  it('without keys has one that is anonymous', () => {
    const ring = new KeyRing([], () => 0);
    expect([ring.next(), ring.active]).toEqual(['', 1]);
  });
});
