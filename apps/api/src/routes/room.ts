import { type Priority, priorities } from '@reprice/pricing';
import type { Room } from '@reprice/queue';
import type { ApiDeps } from '../deps.ts';
import { Problem, unavailable } from '../problem/problem.ts';
import { within } from '../within.ts';

/** Longest that a call to the queue may take before Redis counts as away, in ms. BullMQ waits for ever for a connection that never came. */
const queueMs = 1200;

/** Seconds a client is asked to wait when the queue is full. */
const fullRetryAfterS = '30';

/**
 * Throws before anything is stored: `queue-full` when the queue takes no more work of this priority, `dependency-unavailable` when Redis
 * might lose it.
 */
export async function requireRoom(deps: Pick<ApiDeps, 'queue' | 'eviction'>, priority: Priority): Promise<void> {
  const [room, fault] = await Promise.all([promptly(deps.queue.room(priority)), deps.eviction.fault()]);
  if (fault !== '') throw unavailable(`${fault}. Nothing of this request was accepted.`);
  if (room.jobs < room.most) return;
  throw new Problem('queue-full', fullDetail(priority, room), { headers: { 'retry-after': fullRetryAfterS } });
}

/** Which share is full, and what may still go. */
function fullDetail(priority: Priority, { jobs, most, sharePercent, maxJobs }: Room): string {
  const nothing = 'Nothing of this request was accepted';
  if (sharePercent === 100)
    return `The queue holds ${jobs} jobs, as many as QUEUE_MAX_JOBS (${maxJobs}) allows. ${nothing}; send it again later.`;
  const share = `${priority} work may fill ${sharePercent} % of QUEUE_MAX_JOBS (${maxJobs}), which is ${most}`;
  const above =
    jobs < maxJobs ? `, or with priority ${priorities.slice(0, priorities.indexOf(priority)).join(' or ')}` : '';
  return `The queue holds ${jobs} jobs, and ${share}. ${nothing}; send it again later${above}.`;
}

/** The answer of the queue, or a `dependency-unavailable` problem when none comes in time. */
export async function promptly<T>(answer: Promise<T>): Promise<T> {
  const late = Symbol('late');
  const settled = await within(queueMs, answer, late);
  if (settled === late) throw unavailable('Redis does not answer; nothing of this request was accepted.');
  return settled as T;
}
