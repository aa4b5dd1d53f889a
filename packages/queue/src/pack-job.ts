import { createHash } from 'node:crypto';
import { type Priority, priorities } from '@reprice/pricing';
import { z } from 'zod';

/** What a small model said of a row that it was not sure enough of: the suggested price, its confidence (null: it did not say), and the row's share of the call, nano-USD. */
const unsureRow = z.tuple([z.string(), z.number().nullable(), z.number().int().min(0)]);

/** What a job carries: names, no state. The newest snapshots are read when it runs. */
export const packJobSchema = z.object({
  batchId: z.string().min(1),
  /** The strategy whose prompt asks for these SKUs. */
  strategy: z.string().min(1),
  /** How often these rows have been asked before and got no valid answer. */
  asked: z.number().int().min(0),
  /** How often the job, or the one that its rows were split from, was replayed; absent = never. */
  replays: z.number().int().min(1).optional(),
  /** These rows are for the stable route, whatever their SKUs: the canary has had its try; absent = by SKU. */
  route: z.literal('stable').optional(),
  /**
   * Who answers, whatever is at stake: `large`, as the small model was not sure enough of these rows, or `small`, as the large one had its
   * tries in vain; absent = by the value at stake.
   */
  tier: z.enum(['small', 'large']).optional(),
  /** In a job with a tier: what the small model said of its rows before. */
  unsure: z.object({ model: z.string(), rows: z.array(unsureRow) }).optional(),
  skus: z.array(z.string().min(1)).min(1),
  /** Place of each SKU among the rows of its batch; one number when they follow each other from there. */
  ordinals: z.union([z.number().int().min(0), z.array(z.number().int().min(0)).min(1)]),
});

/** See `unsure` of a job. */
export type UnsureRow = z.infer<typeof unsureRow>;

/** The data of one job. */
export type PackJob = z.infer<typeof packJobSchema>;

/** The place of each SKU of a job in its batch. */
export function ordinalsOf(job: PackJob): number[] {
  const { ordinals } = job;
  return typeof ordinals === 'number' ? job.skus.map((_, i) => ordinals + i) : ordinals;
}

/** BullMQ's number of a priority: 1 to 4. A job without one would overtake them all. */
export function priorityNumber(priority: Priority): number {
  return priorities.indexOf(priority) + 1;
}

/** The priority behind BullMQ's number; a RangeError for a number that none of ours has. */
export function priorityOf(number: number | undefined): Priority {
  const priority = priorities[(number ?? 0) - 1];
  if (!priority) throw new RangeError(`No priority has the number ${number}; 1 to ${priorities.length} are in use.`);
  return priority;
}

/**
 * The id of a job follows from what it holds, so that adding it twice adds it once: the batch, the first row, and for rows that are asked
 * again how many, how often, and a hash of which, after how many replays, on which route and tier: what an earlier replay has split off, or the
 * canary was asked for, may still be kept as done, and would swallow it. Never a SKU: BullMQ takes neither numbers nor colons.
 */
export function jobId(job: PackJob): string {
  const { batchId, ordinals, asked, replays, route, tier } = job;
  if (typeof ordinals === 'number') return `${batchId}.${ordinals}`;
  const rows = createHash('sha1')
    .update(
      [
        ...ordinals,
        ...(replays ? [`r${replays}`] : []),
        ...(route ? [route] : []),
        ...(tier ? [`tier ${tier}`] : []),
      ].join(),
    )
    .digest('hex')
    .slice(0, 8);
  return `${batchId}.${ordinals[0]}.${ordinals.length}x${asked}.${rows}`;
}

/** What Bull Board shows of a job: priority, count and first SKU. */
export function jobName(priority: Priority, skus: readonly string[]): string {
  const first = skus[0] ?? '';
  const rest = skus.length > 1 ? ` +${skus.length - 1}` : '';
  return `${priority}: ${first.length > 40 ? `${first.slice(0, 39)}…` : first}${rest}`;
}
