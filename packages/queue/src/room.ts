import { type Priority, sharePercent } from '@reprice/pricing';

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
  const percent = sharePercent[priority];
  return { jobs, most: Math.max(1, Math.floor((maxJobs * percent) / 100)), sharePercent: percent, maxJobs };
}
