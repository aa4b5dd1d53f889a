import type { ApiDeps } from '../deps.ts';
import { Problem, unavailable } from '../problem/problem.ts';
import { within } from '../within.ts';

/** Longest that a call to the queue may take before Redis counts as away, in ms. BullMQ waits for ever for a connection that never came. */
const queueMs = 1200;

/** Throws before anything is stored: `queue-full` when the queue takes no more, `dependency-unavailable` when Redis might lose it. */
export async function requireRoom(deps: Pick<ApiDeps, 'queue' | 'eviction'>): Promise<void> {
  const [hasRoom, fault] = await Promise.all([promptly(deps.queue.hasRoom()), deps.eviction.fault()]);
  if (fault !== '') throw unavailable(`${fault}. Nothing of this request was accepted.`);
  if (hasRoom) return;
  throw new Problem(
    'queue-full',
    'The queue has as many jobs as QUEUE_MAX_JOBS allows; nothing of this request was accepted.',
    {
      headers: { 'retry-after': '30' },
    },
  );
}

/** The answer of the queue, or a `dependency-unavailable` problem when none comes in time. */
export async function promptly<T>(answer: Promise<T>): Promise<T> {
  const late = Symbol('late');
  const settled = await within(queueMs, answer, late);
  if (settled === late) throw unavailable('Redis does not answer; nothing of this request was accepted.');
  return settled as T;
}
