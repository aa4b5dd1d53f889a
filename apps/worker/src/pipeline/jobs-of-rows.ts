import { ordinalsOf, type PackJob, type PackRun, type UnsureRow, type Verdict } from '@reprice/queue';
import type { Tools, Unpriced } from './tools.ts';

type Row = Pick<Unpriced, 'ordinal' | 'sku'>;

/** What a small model said of rows before they went on to the large one. */
export interface UnsureAnswers {
  readonly model: string;
  readonly byOrdinal: ReadonlyMap<number, UnsureRow>;
}

const UNTOLD: UnsureRow = ['', null, 0];

/** Who is to answer, where that is no longer for the SKU and its value to say. */
interface Answerer extends Pick<PackJob, 'route' | 'tier'> {
  readonly unsure?: UnsureAnswers;
}

/** Who was to answer the rows of a job. */
export function answererOf(pack: PackJob): Answerer {
  const { route, tier, unsure } = pack;
  const rowOf = (ordinal: number, i: number): [number, UnsureRow][] => {
    const row = unsure?.rows[i];
    return row ? [[ordinal, row]] : [];
  };
  return {
    ...(route && { route }),
    ...(tier && { tier }),
    ...(unsure && { unsure: { model: unsure.model, byOrdinal: new Map(ordinalsOf(pack).flatMap(rowOf)) } }),
  };
}

/** Puts rows of a running pack into the queue as packs of their own. Their ids are derived: doing it twice does it once. */
export async function enqueueRows(
  tools: Tools,
  run: PackRun,
  packs: readonly (readonly Row[])[],
  asked: number,
  answerer = answererOf(run.pack),
): Promise<void> {
  const { batchId, strategy, replays } = run.pack;
  const { route, tier, unsure } = answerer;
  const jobs = packs.map((rows) => ({
    batchId,
    strategy,
    asked,
    ...(replays && { replays }),
    ...(route && { route }),
    ...(tier && { tier }),
    ...(unsure && {
      unsure: { model: unsure.model, rows: rows.map((row) => unsure.byOrdinal.get(row.ordinal) ?? UNTOLD) },
    }),
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
