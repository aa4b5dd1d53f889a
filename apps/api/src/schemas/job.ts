import { priorities } from '@reprice/pricing';
import { z } from 'zod';
import { batchStatus } from './batch.ts';
import { priceSchema } from './price.ts';
import { batchId, instant, jobId, nextCursor, priority, sku, tally, unusedCompetitors, usd } from './values.ts';

/** The priority of a new job. */
export const jobPriority = z.enum(priorities, `one of ${priorities.join(', ')}`).default('normal');

/** A job of the small door that is not done. */
export const openJobSchema = z
  .strictObject({ id: batchId, status: batchStatus, unusedCompetitors })
  .meta({ id: 'OpenJob', description: 'A job that is not done', example: { id: 'jmi8x02k1b3c', status: 'running' } });

const unpriced = z
  .strictObject({ sku, failure: z.strictObject({ reason: z.string(), detail: z.string() }) })
  .meta({ id: 'UnpricedItem', description: 'A SKU of a job that could not be priced' });

const held = z.strictObject({ sku, held: z.literal(true) }).meta({
  id: 'HeldItem',
  description: 'A SKU of a job whose price was held: a person decides it, or did since; see `GET /v1/held`',
});

/** A job of the small door that is done. */
export const doneJobSchema = z
  .strictObject({
    id: batchId,
    status: z.literal('done'),
    items: z.array(z.union([priceSchema, unpriced, held])),
    unusedCompetitors,
  })
  .meta({ id: 'DoneJob', description: 'What became of each SKU, in the order asked' });

/** A job of the queue: one model call of a batch. */
export const packJobSchema = z
  .strictObject({
    id: jobId,
    status: z.string().meta({ description: 'Where it is in the queue, or `failed`', example: 'prioritized' }),
    priority,
    batchId: batchId.optional(),
    skus: z.array(sku).optional(),
    attempts: tally,
    failure: z.string().optional(),
  })
  .meta({ id: 'PackJob', description: 'One model call of a batch' });

/** What GET /v1/jobs/:id answers. */
export const jobSchema = z.union([openJobSchema, doneJobSchema, packJobSchema]);

/** A job that failed and was not replayed since. */
export const failedJobSchema = z
  .strictObject({
    id: jobId,
    status: z.literal('failed'),
    priority,
    batchId,
    skus: z.array(sku).meta({ description: 'The SKUs of it that failed' }),
    reason: z.string(),
    detail: z.string(),
    failedAt: instant,
    replays: tally.meta({ description: 'How often it was replayed before' }),
  })
  .meta({
    id: 'FailedJob',
    example: {
      id: 'bmi8wzxq0a1f.25',
      status: 'failed',
      priority: 'normal',
      batchId: 'bmi8wzxq0a1f',
      skus: ['SHOE-44'],
      reason: 'gateway_failed',
      detail: 'The gateway answered 500 five times.',
      failedAt: '2026-11-21T09:31:00.000Z',
      replays: 0,
    },
  });

/** A page of failed jobs. */
export const failedJobPageSchema = z
  .strictObject({
    items: z.array(failedJobSchema),
    nextCursor,
    byReason: z.record(z.string(), tally).meta({ description: 'How many failed jobs fit the filter, by reason' }),
  })
  .meta({ id: 'FailedJobPage' });

/** What a replay came to. */
export const replayResultSchema = z
  .strictObject({
    matched: tally.meta({ description: 'Failed jobs that the request means' }),
    replayed: tally.meta({ description: 'Jobs of them that run again' }),
    remaining: tally.meta({
      description: 'Jobs of them that are failed still: beyond the limit, or the queue was full',
    }),
    gone: tally.meta({ description: 'Jobs of them whose batch is gone or cancelled' }),
    worstCaseUsd: usd.meta({
      description:
        'The most that asking once for each SKU can cost, in US dollars, with the canary or shadow that runs now',
    }),
    dryRun: z.boolean(),
    asOf: instant.meta({
      description: 'Hand it back with the next request, so that what fails meanwhile is left alone',
    }),
  })
  .meta({
    id: 'ReplayResult',
    example: {
      matched: 12,
      replayed: 12,
      remaining: 0,
      gone: 0,
      worstCaseUsd: '0.0312',
      dryRun: false,
      asOf: '2026-11-21T10:00:00.000Z',
    },
  });
