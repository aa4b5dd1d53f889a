import type { PackQueue } from '@reprice/queue';
import { dependencyRetryAfterS } from '../problem/dependency.ts';
import { Problem } from '../problem/problem.ts';

/** Longest that a call to the queue may take before Redis counts as away, in ms. BullMQ waits for ever for a connection that never came. */
const queueMs = 1500;

/** Throws `queue-full` when the queue takes no more, before anything is stored. */
export async function requireRoom(queue: PackQueue): Promise<void> {
  if (await promptly(queue.hasRoom())) return;
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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new Problem('dependency-unavailable', 'Redis does not answer; nothing of this request was accepted.', {
          headers: { 'retry-after': String(dependencyRetryAfterS) },
        }),
      );
    }, queueMs);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
