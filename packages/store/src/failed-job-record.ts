import { type Priority, priorities } from '@reprice/pricing';
import { z } from 'zod';
import type { Failure } from './failure.ts';

/** A job whose rows fail: all that it takes to run it again. */
export interface FailingJob {
  readonly id: string;
  readonly batchId: string;
  readonly priority: Priority;
  readonly strategy: string;
  /** How often it was replayed before. */
  readonly replays: number;
  /** All SKUs of the job, those included that are priced. */
  readonly skus: readonly string[];
  /** Place of each SKU in its batch; one number when they follow each other from there. */
  readonly ordinals: number | readonly number[];
}

/** A job that failed and was not replayed since. */
export interface FailedJob extends FailingJob {
  /** A stable code, e.g. `gateway_failed`. */
  readonly reason: string;
  /** One sentence for a person. */
  readonly detail: string;
  /** When it failed, µs since 1970 of Redis' clock; no two jobs have the same. */
  readonly failedAtUs: number;
  /** As it stands in Redis, by which revive() knows that nothing came between. */
  readonly entry: string;
}

/** A job that is on its way back into the queue. */
export type RevivedJob = FailingJob;

/** Which failed jobs; what is not stated does not matter. */
export interface FailedJobFilter {
  readonly reason?: string;
  readonly priority?: Priority;
  readonly batchId?: string;
  /** Failed at this moment of Redis' clock or later, ms since 1970. */
  readonly sinceMs?: number;
  /** Failed before this moment of Redis' clock, ms since 1970. */
  readonly beforeMs?: number;
}

/* An entry is `reason \t priority \t batchId \t JSON of the rest`: what filters ask for stands in front, so that most need no parsing. */
const storedRest = {
  strategy: z.string(),
  replays: z.number().int().nonnegative(),
  skus: z.array(z.string()).min(1),
  ordinals: z.union([z.number().int().nonnegative(), z.array(z.number().int().nonnegative())]),
};
const storedPriority = z.enum(priorities);
const storedEntry = z.object({ ...storedRest, detail: z.string() });
const storedIntent = z.object({ ...storedRest, id: z.string(), batchId: z.string(), priority: storedPriority });

/** A failed job as it stands in Redis. */
export interface RawFailedJob {
  readonly id: string;
  readonly entry: string;
  readonly failedAtUs: number;
}

/** The entry of a job that fails. */
export function encodeFailedJob(job: FailingJob, { reason, detail }: Failure): string {
  const { batchId, priority, strategy, replays, skus, ordinals } = job;
  return [reason, priority, batchId, JSON.stringify({ strategy, replays, skus, ordinals, detail })].join('\t');
}

/** Reads an entry. Throws on one that is none. */
export function decodeFailedJob({ id, entry, failedAtUs }: RawFailedJob): FailedJob {
  const [reason = '', priority, batchId = '', ...rest] = entry.split('\t');
  const stored = storedEntry.parse(JSON.parse(rest.join('\t')));
  return { id, reason, priority: storedPriority.parse(priority), batchId, failedAtUs, entry, ...stored };
}

/** Reads a job that was taken back. Throws on what is none. */
export function decodeRevivedJob(text: string): RevivedJob {
  return storedIntent.parse(JSON.parse(text));
}

/** Why the job of an entry failed. */
export function reasonIn(entry: string): string {
  return entry.slice(0, entry.indexOf('\t'));
}

/** Whether an entry is among those asked for, their time aside. */
export function matches(entry: string, filter: FailedJobFilter): boolean {
  const [reason, priority, batchId] = entry.split('\t', 3);
  return (
    (filter.reason === undefined || reason === filter.reason) &&
    (filter.priority === undefined || priority === filter.priority) &&
    (filter.batchId === undefined || batchId === filter.batchId)
  );
}

/** A failed job as revive() takes it back. */
export function asRevived({ id, batchId, priority, strategy, replays, skus, ordinals }: FailedJob): RevivedJob {
  return { id, batchId, priority, strategy, replays: replays + 1, skus, ordinals };
}

/** The place of each SKU of a job in its batch. */
export function ordinalsOf({ skus, ordinals }: FailingJob): readonly number[] {
  return typeof ordinals === 'number' ? skus.map((_, i) => ordinals + i) : ordinals;
}
