import type { BatchStatus } from '@reprice/store';
import { z } from 'zod';
import { batchId, instant, jobId, pageOf, priority, sku, tally, unusedCompetitors, usd } from './values.ts';

const exampleBatch = {
  id: 'bmi8wzxq0a1f',
  status: 'running',
  priority: 'normal',
  mode: 'live',
  total: 1000,
  rejected: 2,
  unchanged: 120,
  priced: 610,
  held: 0,
  failed: 3,
  waiting: 267,
  costUsd: '0.0142',
  tokens: 41_870,
  calls: 26,
  createdAt: '2026-11-21T09:30:00.000Z',
  finishedAt: null,
  startsAt: null,
  etaSeconds: 4,
  ignoredFields: [{ field: 'colour', count: 1000, didYouMean: 'category' }],
};

/** How far a batch or a job is. */
export const batchStatus = z.enum(['receiving', 'running', 'done', 'cancelled'] satisfies BatchStatus[]);

/** A batch: one submission of many SKUs, and how far it is. */
export const batchSchema = z
  .strictObject({
    id: batchId,
    status: batchStatus,
    priority,
    mode: z.enum(['live', 'dry-run']).meta({ description: '`dry-run` computes everything and publishes nothing' }),
    total: tally.meta({ description: 'SKUs taken; always `unchanged + priced + held + failed + waiting`' }),
    rejected: tally.meta({ description: 'Lines refused, which are not in `total`' }),
    unchanged: tally.meta({ description: 'SKUs whose last price still holds, so that nothing was asked for them' }),
    priced: tally,
    held: tally.meta({ description: 'Prices that wait for a person' }),
    failed: tally,
    waiting: tally,
    costUsd: usd.meta({ description: 'What the calls of this batch cost so far, in US dollars' }),
    tokens: tally,
    calls: tally,
    createdAt: instant,
    finishedAt: instant.nullable(),
    startsAt: instant.nullable().meta({
      description:
        'When its jobs begin, where they wait for a cheaper price (`finishBy`); null where they need not wait',
    }),
    etaSeconds: tally.nullable().meta({ description: 'Seconds to go at the pace so far; null while nobody can tell' }),
    ignoredFields: z
      .array(z.strictObject({ field: z.string(), count: tally, didYouMean: z.string().optional() }))
      .meta({ description: 'Names in the input that mean nothing here, with the nearest name that does' }),
    unusedCompetitors,
  })
  .meta({ id: 'Batch', description: 'One submission of many SKUs', example: exampleBatch });

/** What POST /v1/batches answers: the batch, or only its id where Redis was too busy to tell more. */
export const acceptedBatchSchema = z.union([
  batchSchema,
  z
    .strictObject({ id: batchId, status: z.literal('running') })
    .meta({ description: 'The batch is accepted; Redis was too busy to tell more of it' }),
]);

/** A page of batches. */
export const batchPageSchema = pageOf(batchSchema).meta({ id: 'BatchPage' });

/** A rejection in an example. */
export const exampleRejection = {
  line: 7,
  sku: 'SHOE-43',
  faults: [{ field: 'price', code: 'not-money', got: '"12,90"', takes: 'a plain decimal number such as 12.90' }],
};

/** A line that was refused alone. */
export const rejectionSchema = z
  .strictObject({
    line: z.int().positive().meta({ description: 'Line of a file or item of an array, from 1' }),
    sku: sku.optional(),
    faults: z.array(
      z.strictObject({
        field: z.string().meta({ description: 'The field; empty = the line as a whole' }),
        code: z.string(),
        got: z.string(),
        takes: z.string(),
      }),
    ),
  })
  .meta({
    id: 'Rejection',
    description: 'A line that was refused alone',
    example: exampleRejection,
  });

/** A failure in an example. */
export const exampleFailure = {
  sku: 'SHOE-44',
  reason: 'guardrail_conflict',
  detail: 'The floor 95.00 lies above the ceiling 90.00.',
  jobId: 'bmi8wzxq0a1f.25',
  failedAt: '2026-11-21T09:30:02.000Z',
};

/** A SKU that finally failed. */
export const failureSchema = z
  .strictObject({ sku, reason: z.string(), detail: z.string(), jobId, failedAt: instant })
  .meta({
    id: 'Failure',
    description: 'A SKU that could not be priced, and why',
    example: exampleFailure,
  });
