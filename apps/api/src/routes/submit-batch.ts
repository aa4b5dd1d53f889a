import { answererOf, isCurrency, priorities, snapshotFields } from '@reprice/pricing';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import { claimKey, KeyClaim, requireSame } from '../idempotency/key-claim.ts';
import { RequestHash } from '../idempotency/request-hash.ts';
import { bodyChunks } from '../intake/body.ts';
import { readColumnMap } from '../intake/column-map.ts';
import { declaredFormat } from '../intake/format.ts';
import { parserOf, receive } from '../intake/receive.ts';
import { Receiver } from '../intake/receiver.ts';
import { isUnavailable } from '../problem/dependency.ts';
import { accept } from './acceptance.ts';
import { acceptedBefore, shownBatch } from './batch-view.ts';
import { enqueue } from './enqueue.ts';
import { finishBy, postponeToCheapHours, requireWaiting } from './finish-by.ts';
import { requireRoom } from './room.ts';

/** The query of POST /v1/batches. */
export const submitQuery = {
  priority: z
    .enum(priorities, `one of ${priorities.join(', ')}`)
    .default('normal')
    .meta({ description: 'How urgent; more urgent work runs first' }),
  currency: z
    .string()
    .refine(isCurrency, 'an ISO 4217 code in capitals, e.g. USD')
    .optional()
    .meta({ description: 'Currency of the items that name none', example: 'USD' }),
  force: z
    .enum(['true', 'false'], 'true or false')
    .default('false')
    .meta({ description: 'Ask anew also where the last price still holds' }),
  mode: z
    .enum(['live', 'dry-run'], 'live or dry-run')
    .default('live')
    .meta({ description: '`dry-run` computes everything and publishes nothing' }),
  finishBy,
  map: z.string().optional().meta({
    description: 'Which column of a CSV is which field, where their names differ',
    example: 'sku=product_id,price="Price, net"',
  }),
};

/** Takes a batch from the body of a request: once, if the request has an Idempotency-Key. */
export async function submitBatch(deps: ApiDeps, req: Request, res: Response): Promise<void> {
  const { priority, currency, force, mode, map, finishBy: finishByMs } = readQuery(req, submitQuery);
  requireWaiting(finishByMs, priority, deps.clock());
  const format = declaredFormat(req);
  const columns = { map: readColumnMap(map, format, snapshotFields), currencyGiven: currency !== undefined };
  const chunks = bodyChunks(req, deps.pace);
  const hash = new RequestHash(req);
  const key = await claimKey(deps.store, req, res);
  if (key !== undefined && !(key instanceof KeyClaim)) {
    await hash.swallow(chunks);
    requireSame(key, hash.digest(), res);
    const batch = await acceptedBefore(deps.store, key.batchId);
    res.status(202).location(`/v1/batches/${batch.id}`).json(shownBatch(batch));
    return;
  }
  const startMs = deps.clock();
  try {
    await requireRoom(deps, priority);
    const batchId = await deps.openBatches.open({ kind: 'batch', priority, mode }, key?.keyHash);
    const receiver = new Receiver({
      store: deps.store,
      batchId,
      mode,
      force: force === 'true',
      ...(currency !== undefined && { currency }),
      nowMs: deps.clock(),
      strategies: deps.strategies,
      rates: await deps.store.rates.inForce(),
      packSize: deps.packSize,
      answererOf: (snapshot, canary) => answererOf(deps.callTerms.strategies, snapshot, canary),
    });
    try {
      await receive(key ? hash.through(chunks) : chunks, parserOf(format, receiver, columns), receiver);
      if (finishByMs !== undefined) await postponeToCheapHours(deps, batchId, receiver.packs, finishByMs);
      await accept(deps.store, batchId, receiver.ignored.list(), key?.sealed(hash.digest()));
    } catch (error) {
      const abandoned = receiver.settle().then(() => deps.openBatches.abandon(batchId));
      // Where Redis is away, nobody waits for it to forget the batch.
      if (!isUnavailable(error)) await abandoned;
      throw error;
    }
    deps.openBatches.accepted(batchId);
    const batch = await enqueue(deps, batchId);
    if (batch !== undefined) {
      const { total, unchanged, rejected } = batch;
      deps.metrics.competitorsUnused(receiver.competitors.unused);
      deps.metrics.received({ queued: total - unchanged, unchanged, rejected });
      const values = { 'reprice.priority': priority, 'reprice.rows': total, 'reprice.rejected': rejected };
      deps.tracing?.batch(batchId, { name: 'batch intake', startMs, endMs: deps.clock(), values });
    }
    res.status(202).location(`/v1/batches/${batchId}`);
    res.json(batch === undefined ? { id: batchId, status: 'running' } : shownBatch(batch));
  } catch (error) {
    await key?.giveUp(error);
    throw error;
  }
}
