import type { FailedJob } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { sentence } from '../http/query.ts';
import { Problem, type ProblemPlace } from '../problem/problem.ts';
import { promptly } from '../routes/room.ts';

/** Ids of the queue's jobs, `<batch>.<first row>…`, and of the small door. Other names may be keys of BullMQ's own. */
const ID = /^([bjo][0-9a-z]{11})(?:\.(\d{1,9})(?:\.\d+x\d+\.[0-9a-f]{8})?)?$/;

/**
 * The failed jobs with these ids; the id of a job of the small door stands for all packs of it that failed. All or none: throws
 * `not-found` when any is unknown or its batch is gone, `conflict` when any has nothing that failed.
 */
export async function namedJobs({ store, queue }: ApiDeps, ids: readonly string[]): Promise<FailedJob[]> {
  const batches = new Map<string, Promise<Awaited<ReturnType<typeof store.batches.get>>>>();
  const batchOf = (id: string) => {
    const known = batches.get(id) ?? store.batches.get(id);
    batches.set(id, known);
    return known;
  };
  const unknown: ProblemPlace[] = [];
  const unfit: ProblemPlace[] = [];

  const find = async (id: string, index: number): Promise<FailedJob[]> => {
    const refuse = (list: ProblemPlace[], code: string, detail: string): [] => {
      list.push({ pointer: `/ids/${index}`, code, detail });
      return [];
    };
    const notFound = () => refuse(unknown, 'not-found', `There is no job ${JSON.stringify(id.slice(0, 60))}.`);
    const [, batchId = '', first] = ID.exec(id) ?? [];
    const batch = batchId ? await batchOf(batchId) : undefined;
    if (!batch || (first === undefined && batch.kind === 'batch')) {
      const isGone = batchId !== '' && !batch && (await store.failedJobs.get([id]))[0] !== undefined;
      return isGone ? refuse(unknown, 'not-found', `The batch of job ${id} is gone.`) : notFound();
    }
    if (batch.status === 'cancelled') return refuse(unfit, 'conflict', `The batch of job ${id} was cancelled.`);
    const failed = await store.failedJobs.get(first === undefined ? await store.failedJobs.idsOf(id) : [id]);
    const jobs = failed.filter((job) => job !== undefined);
    if (jobs.length > 0) return jobs;
    if (first === undefined) return refuse(unfit, 'conflict', `Nothing of job ${id} failed; it is ${batch.status}.`);
    const job = await promptly(queue.job(id));
    if (job) return refuse(unfit, 'conflict', `Nothing of job ${id} is failed now; in the queue it is ${job.state}.`);
    // The queue forgets what was completed a while ago.
    if (Number(first) < batch.total - batch.unchanged)
      return refuse(unfit, 'conflict', `Nothing of job ${id} is failed now; it is completed.`);
    return notFound();
  };

  const found = await Promise.all(ids.map(find));
  if (unknown.length > 0) throw new Problem('not-found', sentence(unknown), { errors: unknown.slice(0, 100) });
  if (unfit.length > 0) throw new Problem('conflict', sentence(unfit), { errors: unfit.slice(0, 100) });
  return [...new Map(found.flat().map((job) => [job.id, job])).values()];
}
