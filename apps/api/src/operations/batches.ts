import { z } from 'zod';
import type { Operation } from '../http/operation.ts';
import { failureShape, priceShape, rejectionShape } from '../routes/csv-shapes.ts';
import {
  acceptedBatchSchema,
  batchPageSchema,
  batchSchema,
  exampleFailure,
  exampleRejection,
  failureSchema,
  rejectionSchema,
} from '../schemas/batch.ts';
import { examplePrice, priceSchema } from '../schemas/price.ts';
import { catalogueBody } from '../schemas/snapshot.ts';
import { csvOf, ndjsonOf } from '../schemas/text.ts';
import { idempotencyHeaders, idempotencyReplies, replayedHeader } from './idempotency.ts';

/** POST /v1/batches, but for its query. */
export const submitBatch: Operation = {
  id: 'submitBatch',
  tag: 'batches',
  summary: 'Submit a catalogue',
  description:
    'Streamed, any size. A bad line is rejected alone, with its line number; the good ones go on. SKUs whose last price still holds are counted as `unchanged` and cost nothing, unless `force=true`.',
  headers: idempotencyHeaders,
  body: catalogueBody,
  replies: {
    ...idempotencyReplies,
    202: {
      description: 'Accepted: from here on nothing of it is lost.',
      content: { 'application/json': acceptedBatchSchema },
      headers: { location: 'Path of the batch', ...replayedHeader },
    },
  },
};

/** GET /v1/batches, but for its query. */
export const listBatches: Operation = {
  id: 'listBatches',
  tag: 'batches',
  summary: 'The batches, the newest first',
  replies: { 200: { description: 'A page of batches.', content: { 'application/json': batchPageSchema } } },
};

/** GET /v1/batches/:id. */
export const getBatch: Operation = {
  id: 'getBatch',
  tag: 'batches',
  summary: 'A batch and how far it is',
  replies: { 200: { description: 'The batch.', content: { 'application/json': batchSchema } } },
};

/** GET /v1/batches/:id/results, but for its query. */
export const getResults: Operation = {
  id: 'getBatchResults',
  tag: 'batches',
  summary: 'The prices that came of a batch',
  description: 'Streamed. Of a dry run: the prices that would have been published.',
  replies: streamed('One price each SKU that is priced.', 'Price', priceSchema, priceShape.columns, examplePrice),
};

/** GET /v1/batches/:id/rejections, but for its query. */
export const getRejections: Operation = {
  id: 'getBatchRejections',
  tag: 'batches',
  summary: 'The lines of a batch that were refused',
  description: 'Streamed. In CSV a fault a row. The first 100,000 lines are kept; all are counted in `rejected`.',
  replies: streamed(
    'One item each refused line.',
    'Rejection',
    rejectionSchema,
    rejectionShape.columns,
    exampleRejection,
  ),
};

/** GET /v1/batches/:id/failures, but for its query. */
export const getFailures: Operation = {
  id: 'getBatchFailures',
  tag: 'batches',
  summary: 'The SKUs of a batch that failed, and why',
  description: 'Streamed. A replay takes a SKU out of it.',
  replies: streamed('One item each SKU that failed.', 'Failure', failureSchema, failureShape.columns, exampleFailure),
};

function streamed(
  description: string,
  id: string,
  schema: z.ZodType,
  columns: readonly string[],
  example: object,
): Operation['replies'] {
  const csv = csvOf(
    'A header line, then the same as JSON in columns. Text that a spreadsheet would run as a formula begins with an apostrophe',
    columns,
    `${columns.join(',')}\r\n`,
  );
  const content = {
    'application/x-ndjson': ndjsonOf(id, example),
    'text/csv': csv,
    'application/json': z.strictObject({ items: z.array(schema), nextCursor: z.null() }),
  };
  return { 200: { description, content } };
}
