import { z } from 'zod';
import type { Operation } from '../http/operation.ts';
import {
  doneJobSchema,
  failedJobPageSchema,
  jobPriority,
  jobSchema,
  openJobSchema,
  replayResultSchema,
} from '../schemas/job.ts';
import { strictSnapshotSchema } from '../schemas/snapshot.ts';
import { idempotencyHeaders, idempotencyReplies, replayedHeader } from './idempotency.ts';

const jobBody = z
  .strictObject({
    priority: jobPriority,
    items: z.array(strictSnapshotSchema).min(1).meta({ description: 'At most PACK_SIZE (25) snapshots, no SKU twice' }),
  })
  .meta({
    id: 'Job',
    example: { priority: 'critical', items: [{ sku: 'SHOE-42', price: '89.00', currency: 'USD', stock: 12 }] },
  });

/** POST /v1/jobs, but for its query. */
export const submitJob: Operation = {
  id: 'submitJob',
  tag: 'jobs',
  summary: 'Price a few SKUs now',
  description:
    'The small door: all items or none, whether or not anything moved since their last price. With `wait` the reply comes once they are priced.',
  headers: idempotencyHeaders,
  body: { 'application/json': jobBody },
  replies: {
    200: {
      description: 'Done within `wait` seconds.',
      content: { 'application/json': doneJobSchema },
      headers: { location: 'Path of the job', ...replayedHeader },
    },
    202: {
      description: 'Accepted, and not done yet: ask `GET /v1/jobs/{id}`.',
      content: { 'application/json': openJobSchema },
      headers: { location: 'Path of the job', ...replayedHeader },
    },
    409: idempotencyReplies[409],
    422: {
      description: `Items contradict themselves (floor above ceiling), or a SKU stands there twice. Or: ${idempotencyReplies[422].description}`,
    },
  },
};

/** GET /v1/jobs/:id. */
export const getJob: Operation = {
  id: 'getJob',
  tag: 'jobs',
  summary: 'A job: of the small door, or one model call of a batch',
  replies: { 200: { description: 'The job.', content: { 'application/json': jobSchema } } },
};

/** GET /v1/jobs, but for its query. */
export const listFailedJobs: Operation = {
  id: 'listFailedJobs',
  tag: 'jobs',
  summary: 'The jobs that failed, the newest first',
  description: 'Such as were replayed since are not in it.',
  replies: { 200: { description: 'A page of failed jobs.', content: { 'application/json': failedJobPageSchema } } },
};

const replays: Operation['replies'] = {
  200: {
    description: 'What it came to; with `dryRun` what it would.',
    content: { 'application/json': replayResultSchema },
  },
};
const replayed =
  'Each job by itself, with its priority, against the snapshots of today; all limits apply. Query and body may both tell what is meant; what stands in both must be the same. At most 10,000 jobs a request: repeat it with the `asOf` of the reply until `remaining` is 0.';

/** POST /v1/jobs/replay, but for its query and body. */
export const replayJobs: Operation = {
  id: 'replayJobs',
  tag: 'jobs',
  summary: 'Run failed jobs again',
  description: replayed,
  bodyOptional: true,
  replies: {
    ...replays,
    404: { description: 'There is no such batch, or one of the `ids` is unknown.' },
    409: { description: 'One of the `ids` has nothing that failed.' },
  },
};

/** POST /v1/batches/:id/replay, but for its query and body. */
export const replayBatch: Operation = {
  id: 'replayBatch',
  tag: 'batches',
  summary: 'Run the failed jobs of a batch again',
  description: replayed,
  bodyOptional: true,
  replies: replays,
};
