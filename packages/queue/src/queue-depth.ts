import { type Priority, priorities } from '@reprice/pricing';
import { Job, type Queue } from 'bullmq';
import { priorityNumber } from './pack-job.ts';

/** How deep the queue is at this moment. */
export interface QueueDepth {
  readonly waiting: Readonly<Record<Priority, number>>;
  readonly active: number;
  /** Jobs that wait for their next try. */
  readonly delayed: number;
  /** When the next job of each priority was put into the queue, ms since 1970; absent when none waits. */
  readonly oldestAtMs: Readonly<Partial<Record<Priority, number>>>;
  /** How long no worker fetches anything, ms; 0 = no rest. */
  readonly restingMs: number;
}

/** More than any window of the limiter lets through: what is above it in Redis is a rest. */
const BEYOND_ANY_WINDOW = 2 ** 52;

/** Looks at the queue; as cheap for a million jobs as for one. */
export async function queueDepth(bull: Queue): Promise<QueueDepth> {
  const [counts, perPriority, restingMs] = await Promise.all([
    bull.getJobCounts('active', 'delayed'),
    bull.getCountsPerPriority(priorities.map(priorityNumber)),
    bull.getRateLimitTtl(BEYOND_ANY_WINDOW),
  ]);
  const waiting = priorities.map((priority) => perPriority[priorityNumber(priority)] ?? 0);
  const oldest = await Promise.all(
    priorities.map(async (priority, i) => {
      if (waiting[i] === 0) return undefined;
      const moreUrgent = waiting.slice(0, i).reduce((sum, n) => sum + n, 0);
      return await createdAt(bull, moreUrgent, priority);
    }),
  );
  const byPriority = <T>(values: readonly T[]) => Object.fromEntries(priorities.map((p, i) => [p, values[i]]));
  return {
    waiting: byPriority(waiting) as Record<Priority, number>,
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    oldestAtMs: Object.fromEntries(Object.entries(byPriority(oldest)).filter(([, atMs]) => atMs !== undefined)),
    restingMs: Math.max(0, restingMs),
  };
}

/** When the job at this place of the queue was put there; undefined when the queue has moved on and another priority stands there. */
async function createdAt(bull: Queue, place: number, priority: Priority): Promise<number | undefined> {
  const [id] = await bull.getRanges(['prioritized'], place, place, true);
  const job = id === undefined ? undefined : await Job.fromId(bull, id);
  return job?.opts.priority === priorityNumber(priority) ? job.timestamp : undefined;
}
