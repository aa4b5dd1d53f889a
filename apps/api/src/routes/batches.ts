import type { BatchRecord } from '@reprice/store';
import type { Request } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import type { Operation } from '../http/operation.ts';
import { idOf, notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { type CsvShape, listFormats, streamItems } from '../http/stream-items.ts';
import * as operations from '../operations/batches.ts';
import { cancelBatch } from '../operations/cancel-batch.ts';
import { Problem } from '../problem/problem.ts';
import { shownBatch } from './batch-view.ts';
import { failureShape, priceShape, rejectionShape } from './csv-shapes.ts';
import { submitBatch, submitQuery } from './submit-batch.ts';

const listQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a whole number from 1 to 200')
    .default('50')
    .meta({ description: 'Batches at most' }),
  cursor: z
    .string()
    .max(200, 'a nextCursor of this list')
    .optional()
    .meta({ description: 'The `nextCursor` of the page before' }),
};

const formatQuery = {
  format: z
    .enum(listFormats, `one of ${listFormats.join(', ')}`)
    .default('ndjson')
    .meta({ description: 'What the reply is written in' }),
  formulas: z.enum(['escaped', 'raw'], 'escaped or raw').default('escaped').meta({
    description:
      'In CSV, text that a spreadsheet would run as a formula begins with an apostrophe, or (`raw`, for programs) is as it is',
  }),
};

/** Batches: submit one, watch it, fetch what came of it. */
export function batchRoutes(deps: ApiDeps): Route[] {
  const { batches } = deps.store;
  const known = async (req: Request): Promise<BatchRecord> => {
    const batch = await batches.get(idOf(req, 'batch'));
    if (batch === undefined || batch.kind !== 'batch') throw notFound('batch');
    return batch;
  };
  const list = <T>(
    what: string,
    read: (id: string) => AsyncIterable<T[]>,
    shape: CsvShape<T>,
    about: Operation,
  ): Route => ({
    method: 'GET',
    path: `/v1/batches/:id/${what}`,
    scope: 'read',
    about: { ...about, query: formatQuery },
    async handle(req, res) {
      const { format, formulas } = readQuery(req, formatQuery);
      await streamItems(res, format, read((await known(req)).id), shape, formulas);
    },
  });
  return [
    {
      method: 'POST',
      path: '/v1/batches',
      scope: 'write',
      about: { ...operations.submitBatch, query: submitQuery },
      handle: (req, res) => submitBatch(deps, req, res),
    },
    {
      method: 'GET',
      path: '/v1/batches',
      scope: 'read',
      about: { ...operations.listBatches, query: listQuery },
      async handle(req, res) {
        const { limit, cursor } = readQuery(req, listQuery);
        const page = { limit: Number(limit), ...(cursor !== undefined && { cursor }) };
        const { items, nextCursor } = await batches.list(page).catch((error: unknown) => {
          throw error instanceof RangeError ? badCursor(error) : error;
        });
        res.json({ items: items.map(shownBatch), nextCursor: nextCursor ?? null });
      },
    },
    {
      method: 'GET',
      path: '/v1/batches/:id',
      scope: 'read',
      about: operations.getBatch,
      async handle(req, res) {
        readQuery(req, {});
        res.json(shownBatch(await known(req)));
      },
    },
    {
      method: 'POST',
      path: '/v1/batches/:id/cancel',
      scope: 'write',
      about: cancelBatch,
      async handle(req, res) {
        readQuery(req, {});
        const { id } = await known(req);
        const before = await batches.cancel(id);
        if (before === 'receiving')
          throw new Problem('conflict', `Batch ${id} is still being received: end its upload.`);
        if (before === 'done') throw new Problem('conflict', `Batch ${id} is done: there is nothing left to cancel.`);
        if (before === 'running') purge(deps, id);
        res.json(shownBatch(await known(req)));
      },
    },
    list('results', (id) => batches.results(id), priceShape, operations.getResults),
    list('rejections', (id) => batches.rejections(id), rejectionShape, operations.getRejections),
    list('failures', (id) => batches.failures(id), failureShape, operations.getFailures),
  ];
}

/** Takes the jobs of a cancelled batch out of the queue, beside the answer; what is left then, a worker takes out. */
function purge(deps: ApiDeps, batchId: string): void {
  deps.queue.purge(batchId).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    deps.logger.warn({ reason, batchId }, 'cancelled; a worker will take its jobs out of the queue');
  });
}

function badCursor(cause: unknown): Problem {
  const errors = [
    { parameter: 'cursor', code: 'invalid', detail: '"cursor" must be the nextCursor of a page of this list.' },
  ];
  return new Problem('validation', '"cursor" must be the nextCursor of a page of this list.', { errors, cause });
}
