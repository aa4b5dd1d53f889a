import { expect, it } from 'vitest';
import { crashPoints, runCrashPoint } from './crash-points.ts';

/** 100 in the acceptance; a few each where every test run pays for it. */
const KILLS = Number(process.env.TEST_CRASH_KILLS ?? 3);

it.each(crashPoints)(
  'a worker killed %s leaves every SKU priced once and every call booked as it was left',
  async (point) => {
    const report = await runCrashPoint(point, KILLS);
    expect(report.faults).toEqual([]);
    expect(report.batch).toMatchObject({ status: 'done', waiting: 0 });
  },
  120_000 + KILLS * 10_000,
);
