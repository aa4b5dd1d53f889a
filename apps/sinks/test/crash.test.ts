import { expect, it } from 'vitest';
import { runSinkCrashPoints, sinkCrashPoints } from './crash-points.ts';

/** `npm run test:sinks` tries all of them, Redis killed in between; a few where every test run pays for it. */
const POINTS = process.env.TEST_SINK_KILLS
  ? Array.from({ length: Number(process.env.TEST_SINK_KILLS) }, () => sinkCrashPoints).flat()
  : (['after-delivery', 'before-page-done'] as const);

it(
  'a sinks process that is killed loses no message, and none comes under two ids',
  async () => {
    const report = await runSinkCrashPoints(POINTS, POINTS.length > 3);
    expect(report.faults).toEqual([]);
    expect(report.messages).toBeGreaterThan(50);
  },
  60_000 + POINTS.length * 15_000,
);
