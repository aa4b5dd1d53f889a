import type { PackRun, Verdict } from '@reprice/queue';
import type { Tools, Unpriced } from './tools.ts';

type Row = Pick<Unpriced, 'ordinal' | 'sku'>;

/** Puts rows of a running pack into the queue as packs of their own. Their ids are derived: doing it twice does it once. */
export async function enqueueRows(
  tools: Tools,
  run: PackRun,
  packs: readonly (readonly Row[])[],
  asked: number,
  route = run.pack.route,
): Promise<void> {
  const { batchId, strategy, replays } = run.pack;
  const jobs = packs.map((rows) => ({
    batchId,
    strategy,
    asked,
    ...(replays && { replays }),
    ...(route && { route }),
    skus: rows.map((row) => row.sku),
    ordinals: rows.map((row) => row.ordinal),
  }));
  await tools.queue.enqueue(jobs, run.priority);
}

/** Cuts rows of a running pack into packs of at most `size`, asked as often as this one. */
export async function splitPack(tools: Tools, run: PackRun, rows: readonly Row[], size: number): Promise<Verdict> {
  const packs = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
  await enqueueRows(tools, run, packs, run.pack.asked);
  tools.observe.split(packs.length);
  return { kind: 'done', summary: `split into ${packs.length}` };
}

/** Settles rows as failed, for good; in the same step the job goes into the index of failed jobs, from where it can be replayed. */
export async function failRows(tools: Tools, run: PackRun, rows: readonly Unpriced[]): Promise<Verdict> {
  const failedAt = new Date(tools.nowMs()).toISOString();
  const failures = rows.map(({ ordinal, sku, reason, detail }) => ({
    ordinal,
    failure: { sku, reason, detail, jobId: run.jobId, failedAt },
  }));
  const { batchId, strategy, replays = 0, skus, ordinals } = run.pack;
  const job = { id: run.jobId, batchId, priority: run.priority, strategy, replays, skus, ordinals };
  const newlyFailed = await tools.store.failedJobs.fail(job, failures);
  const [first] = rows;
  if (first && newlyFailed > 0) tools.observe.failed(first.reason, newlyFailed);
  return { kind: 'fail', reason: `${first?.reason}: ${first?.detail}` };
}

/**
 * Lets rows fail that no call can help: each in a job of its own, so that what fails is one SKU with one reason. In a pack of one that is
 * this job, and its verdict is returned.
 */
export async function failAlone(tools: Tools, run: PackRun, rows: readonly Unpriced[]): Promise<Verdict | undefined> {
  if (rows.length === 0) return undefined;
  if (run.pack.skus.length === 1) return await failRows(tools, run, rows);
  await splitPack(tools, run, rows, 1);
  return undefined;
}
