import type { BatchRecord } from '@reprice/store';
import type { Request } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { idOf, notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { type CsvShape, listFormats, streamItems } from '../http/stream-items.ts';
import { Problem } from '../problem/problem.ts';
import { shownBatch } from './batch-view.ts';
import { failureShape, priceShape, rejectionShape } from './csv-shapes.ts';
import { submitBatch } from './submit-batch.ts';

const listQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a whole number from 1 to 200')
    .default('50'),
  cursor: z.string().max(200, 'a nextCursor of this list').optional(),
};

const formatQuery = { format: z.enum(listFormats, `one of ${listFormats.join(', ')}`).default('ndjson') };

/** Batches: submit one, watch it, fetch what came of it. */
export function batchRoutes(deps: ApiDeps): Route[] {
  const { batches } = deps.store;
  const known = async (req: Request): Promise<BatchRecord> => {
    const batch = await batches.get(idOf(req, 'batch'));
    if (batch === undefined || batch.kind !== 'batch') throw notFound('batch');
    return batch;
  };
  const list = <T>(what: string, read: (id: string) => AsyncIterable<T[]>, shape: CsvShape<T>): Route => ({
    method: 'GET',
    path: `/v1/batches/:id/${what}`,
    scope: 'read',
    async handle(req, res) {
      const { format } = readQuery(req, formatQuery);
      await streamItems(res, format, read((await known(req)).id), shape);
    },
  });
  return [
    { method: 'POST', path: '/v1/batches', scope: 'write', handle: (req, res) => submitBatch(deps, req, res) },
    {
      method: 'GET',
      path: '/v1/batches',
      scope: 'read',
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
      async handle(req, res) {
        readQuery(req, {});
        res.json(shownBatch(await known(req)));
      },
    },
    list('results', (id) => batches.results(id), priceShape),
    list('rejections', (id) => batches.rejections(id), rejectionShape),
    list('failures', (id) => batches.failures(id), failureShape),
  ];
}

function badCursor(cause: unknown): Problem {
  const errors = [
    { parameter: 'cursor', code: 'invalid', detail: '"cursor" must be the nextCursor of a page of this list.' },
  ];
  return new Problem('validation', '"cursor" must be the nextCursor of a page of this list.', { errors, cause });
}
