import type { Priority } from '@reprice/pricing';

/** Up to what part of its jobs the queue takes work of a priority, in percent: those of the day's budget, so that urgent work always has a way in. */
const queueSharePercent: Readonly<Record<Priority, number>> = { critical: 100, high: 95, normal: 85, low: 70 };

/** How full the queue is for work of a priority. */
export interface Room {
  /** Jobs that wait, of any priority. */
  readonly jobs: number;
  /** From so many on nothing of this priority is taken. */
  readonly most: number;
  /** What part of {@link maxJobs} that is. */
  readonly sharePercent: number;
  readonly maxJobs: number;
}

/** The share of a priority of a queue that holds `jobs` of `maxJobs`; each share is one job at least. */
export function roomFor(priority: Priority, jobs: number, maxJobs: number): Room {
  const sharePercent = queueSharePercent[priority];
  return { jobs, most: Math.max(1, Math.floor((maxJobs * sharePercent) / 100)), sharePercent, maxJobs };
}
