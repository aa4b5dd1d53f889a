import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a worker says of a clock that is so far behind, where its five questions are answered at once and come back so late. */
async function toldOf(behindMs: number, heldUpMs: readonly number[]): Promise<number[]> {
  vi.resetModules();
  const { ClockCorrection } = await import('./clock.ts');
  let answers = 0;
  const time = async () => {
    const nowMs = Date.now() + behindMs;
    vi.advanceTimersByTime(heldUpMs[answers++] ?? 0);
    return [Math.floor(nowMs / 1000), (nowMs % 1000) * 1000];
  };
  const told: number[] = [];
  await new ClockCorrection({ time } as unknown as Redis, (offsetMs) => told.push(offsetMs)).measure();
  return told;
}

it('is right though a busy machine holds up four answers of five', async () => {
  expect(await toldOf(0, [3000, 2000, 0, 9000, 4000])).toEqual([]);
  expect(await toldOf(7000, [3000, 2000, 9000, 4000, 2])).toEqual([6999]);
});
