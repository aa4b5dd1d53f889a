import { formatUsd, type Priority, priorities } from '@reprice/pricing';
import { z } from 'zod';

/*
 *   open()            commit()            the last row is settled
 *  ─────────▶ receiving ─────────▶ running ─────────────────────▶ done
 *                │ abandon()        │   ▲     failedJobs.revive()    │
 *                ▼                  │   └────────────────────────────┘
 *              (gone)               │ cancel()
 *                                   ▼
 *                               cancelled
 */
export const batchStatuses = ['receiving', 'running', 'done', 'cancelled'] as const;
export type BatchStatus = (typeof batchStatuses)[number];

/** `live` publishes; `dry-run` computes everything and publishes nothing. */
export type BatchMode = 'live' | 'dry-run';

/** `batch`: one submission of many SKUs. Listed nowhere: `job`, the small door, and `observed`, SKUs that observations moved in an hour. */
export type BatchKind = 'batch' | 'job' | 'observed';

/** A name in the input that means nothing to us; `didYouMean` is the nearest one that does. */
export interface IgnoredField {
  readonly field: string;
  readonly count: number;
  readonly didYouMean?: string;
}

/** A batch as the HTTP contract shows it. At every moment total = unchanged + priced + held + failed + waiting. */
export interface BatchRecord {
  readonly id: string;
  readonly kind: BatchKind;
  readonly status: BatchStatus;
  readonly priority: Priority;
  readonly mode: BatchMode;
  readonly total: number;
  readonly rejected: number;
  readonly unchanged: number;
  readonly priced: number;
  readonly held: number;
  readonly failed: number;
  readonly waiting: number;
  readonly costUsd: string;
  readonly tokens: number;
  readonly calls: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** When its jobs begin to run, where they wait for a cheaper price; null where they need not wait. */
  readonly startsAt: string | null;
  /** Seconds to go at the pace since the batch was accepted, or since a replay took it up again; null while nobody can tell. */
  readonly etaSeconds: number | null;
  readonly ignoredFields: readonly IgnoredField[];
  /** By currency: how many competitors' prices were not used for want of a rate; absent = none. */
  readonly unusedCompetitors?: Readonly<Record<string, number>>;
}

const count = z.coerce.number().int().nonnegative().default(0);

const storedBatch = z.object({
  kind: z.enum(['batch', 'job', 'observed']),
  status: z.enum(batchStatuses),
  priority: z.enum(priorities),
  mode: z.enum(['live', 'dry-run']),
  total: count,
  rejected: count,
  unchanged: count,
  priced: count,
  held: count,
  failed: count,
  costNanoUsd: count,
  tokens: count,
  calls: count,
  createdAtMs: count,
  acceptedAtMs: z.coerce.number().optional(),
  finishedAtMs: z.coerce.number().optional(),
  startsAtMs: z.coerce.number().optional(),
  resumedAtMs: z.coerce.number().optional(),
  /** How many rows were settled when the batch was taken up again, without those that wait since. */
  resumedSettled: z.coerce.number().default(0),
  ignoredFields: z.string().default('[]'),
  unusedCompetitors: z.string().optional(),
});

/** Reads the hash of a batch. Throws a ZodError when it is not one that this package wrote. */
export function readBatch(id: string, hash: Record<string, string>, nowMs: number): BatchRecord {
  const b = storedBatch.parse(hash);
  const settled = b.priced + b.held + b.failed;
  const waiting = b.total - b.unchanged - settled;
  const done = settled - b.resumedSettled;
  const elapsedMs = nowMs - (b.resumedAtMs ?? b.acceptedAtMs ?? nowMs);
  const etaSeconds = b.status === 'running' && done > 0 ? Math.ceil(((elapsedMs / done) * waiting) / 1000) : null;
  return {
    id,
    kind: b.kind,
    status: b.status,
    priority: b.priority,
    mode: b.mode,
    total: b.total,
    rejected: b.rejected,
    unchanged: b.unchanged,
    priced: b.priced,
    held: b.held,
    failed: b.failed,
    waiting,
    costUsd: formatUsd(b.costNanoUsd),
    tokens: b.tokens,
    calls: b.calls,
    createdAt: new Date(b.createdAtMs).toISOString(),
    finishedAt: b.finishedAtMs === undefined ? null : new Date(b.finishedAtMs).toISOString(),
    startsAt: b.startsAtMs === undefined ? null : new Date(b.startsAtMs).toISOString(),
    etaSeconds,
    ignoredFields: JSON.parse(b.ignoredFields) as IgnoredField[],
    ...(b.unusedCompetitors !== undefined && {
      unusedCompetitors: JSON.parse(b.unusedCompetitors) as Record<string, number>,
    }),
  };
}
