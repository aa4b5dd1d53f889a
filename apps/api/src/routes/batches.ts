import { isCurrency, priorities, snapshotFields } from '@reprice/pricing';
import type { BatchRecord } from '@reprice/store';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { idOf, notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { type CsvShape, listFormats, streamItems } from '../http/stream-items.ts';
import { readColumnMap } from '../intake/column-map.ts';
import { declaredFormat } from '../intake/format.ts';
import { parserOf, receive } from '../intake/receive.ts';
import { Receiver } from '../intake/receiver.ts';
import { isUnavailable } from '../problem/dependency.ts';
import { Problem } from '../problem/problem.ts';
import { accept } from './acceptance.ts';
import { failureShape, priceShape, rejectionShape } from './csv-shapes.ts';
import { enqueue } from './enqueue.ts';
import { requireRoom } from './room.ts';

const submitQuery = {
  priority: z.enum(priorities, `one of ${priorities.join(', ')}`).default('normal'),
  currency: z.string().refine(isCurrency, 'an ISO 4217 code in capitals, e.g. USD').optional(),
  force: z.enum(['true', 'false'], 'true or false').default('false'),
  mode: z.enum(['live', 'dry-run'], 'live or dry-run').default('live'),
  map: z.string().optional(),
};

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
    { method: 'POST', path: '/v1/batches', scope: 'write', handle: (req, res) => submit(deps, req, res) },
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
        res.json({ items: items.map(shown), nextCursor: nextCursor ?? null });
      },
    },
    {
      method: 'GET',
      path: '/v1/batches/:id',
      scope: 'read',
      async handle(req, res) {
        readQuery(req, {});
        res.json(shown(await known(req)));
      },
    },
    list('results', (id) => batches.results(id), priceShape),
    list('rejections', (id) => batches.rejections(id), rejectionShape),
    list('failures', (id) => batches.failures(id), failureShape),
  ];
}

async function submit(deps: ApiDeps, req: Request, res: Response): Promise<void> {
  const { priority, currency, force, mode, map } = readQuery(req, submitQuery);
  const format = declaredFormat(req);
  const columns = { map: readColumnMap(map, format, snapshotFields), currencyGiven: currency !== undefined };
  await requireRoom(deps);
  const batchId = await deps.openBatches.open({ kind: 'batch', priority, mode });
  const receiver = new Receiver({
    store: deps.store,
    batchId,
    mode,
    force: force === 'true',
    ...(currency !== undefined && { currency }),
    nowMs: deps.clock(),
    strategies: deps.strategies,
    packSize: deps.packSize,
  });
  try {
    await receive(req, parserOf(format, receiver, columns), receiver, deps.pace);
    await accept(deps.store, batchId, receiver.ignored.list());
  } catch (error) {
    const abandoned = receiver.settle().then(() => deps.openBatches.abandon(batchId));
    // Where Redis is away, nobody waits for it to forget the batch.
    if (!isUnavailable(error)) await abandoned;
    throw error;
  }
  deps.openBatches.accepted(batchId);
  const batch = await enqueue(deps, batchId);
  res.status(202).location(`/v1/batches/${batchId}`);
  res.json(batch === undefined ? { id: batchId, status: 'running' } : shown(batch));
}

/** A batch without what the contract does not name. */
function shown(batch: BatchRecord): Omit<BatchRecord, 'kind'> {
  const { kind: _, ...rest } = batch;
  return rest;
}

function badCursor(cause: unknown): Problem {
  const errors = [
    { parameter: 'cursor', code: 'invalid', detail: '"cursor" must be the nextCursor of a page of this list.' },
  ];
  return new Problem('validation', '"cursor" must be the nextCursor of a page of this list.', { errors, cause });
}
