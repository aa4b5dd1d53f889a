import type { Queue } from 'bullmq';

const AT_ONCE = 2000;
/** Low, so that all that is measured goes before it. */
const PRIORITY = 4;

/** Puts so many jobs into the queue that wait behind everything else; their batch does not exist, so that one that runs does nothing. */
export async function fillBacklog(queue: Queue, jobs: number, progress: (added: number) => void): Promise<void> {
  for (let from = 0; from < jobs; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, jobs - from);
    await queue.addBulk(
      Array.from({ length: size }, (_, i) => ({
        name: `low: BACKLOG-${from + i}`,
        data: {
          batchId: 'bbacklog0000',
          strategy: 'balanced',
          asked: 0,
          skus: [`BACKLOG-${from + i}`],
          ordinals: from + i,
        },
        opts: { jobId: `bbacklog0000.${from + i}`, priority: PRIORITY },
      })),
    );
    progress(from + size);
  }
}
