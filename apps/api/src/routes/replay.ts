import { formatUsd } from '@reprice/pricing';
import type { BatchRecord } from '@reprice/store';
import type { Response } from 'express';
import type { ApiDeps } from '../deps.ts';
import { idOf, notFound } from '../http/path.ts';
import type { Route } from '../http/route.ts';
import { replayBatch, replayJobs } from '../operations/jobs.ts';
import { Problem } from '../problem/problem.ts';
import { storeFilter } from '../replay/failed-filter.ts';
import { namedJobs } from '../replay/named-jobs.ts';
import { REPLAY_AT_MOST, type ReplayRequest, readReplay, replayTakes } from '../replay/replay-request.ts';
import { Replayer, type ReplayResult } from '../replay/replayer.ts';
import { requireRoom } from './room.ts';

/** Running failed work again, against today's snapshots. A dry run needs the same scope, `write`: it is part of a replay. */
export function replayRoutes(deps: ApiDeps): Route[] {
  const replayer = new Replayer(deps);
  return [
    {
      method: 'POST',
      path: '/v1/jobs/replay',
      scope: 'write',
      about: { ...replayJobs, ...replayTakes([]) },
      async handle(req, res) {
        const request = await readReplay(req);
        const batch = request.batch === undefined ? undefined : await deps.store.batches.get(request.batch);
        if (request.batch !== undefined) requireReplayable(batch);
        await replay(deps, replayer, request, res, batch);
      },
    },
    {
      method: 'POST',
      path: '/v1/batches/:id/replay',
      scope: 'write',
      about: { ...replayBatch, ...replayTakes(['ids', 'batch']) },
      async handle(req, res) {
        const request = await readReplay(req, ['ids', 'batch']);
        const batch = await deps.store.batches.get(idOf(req, 'batch'));
        if (batch?.kind !== 'batch') throw notFound('batch');
        requireReplayable(batch);
        await replay(deps, replayer, { ...request, batch: batch.id }, res, batch);
      },
    },
  ];
}

/** Throws a `not-found` problem where there is no batch, a `conflict` where it was cancelled: its jobs never run again. */
function requireReplayable(batch: BatchRecord | undefined): void {
  if (!batch) throw notFound('batch');
  if (batch.status === 'cancelled')
    throw new Problem('conflict', `Batch ${batch.id} was cancelled: its jobs never run again. Submit the SKUs anew.`);
}

async function replay(
  deps: ApiDeps,
  replayer: Replayer,
  request: ReplayRequest,
  res: Response,
  batch: BatchRecord | undefined,
): Promise<void> {
  const { ids, dryRun, limit, asOfMs, ...input } = request;
  // Rounded up, or a job that failed this very moment would be left out.
  const beforeMs = asOfMs ?? Math.ceil(await deps.store.failedJobs.nowMs());
  const filter = { ...storeFilter(input, beforeMs), beforeMs };
  const named = ids && (await namedJobs(deps, ids));
  let result: ReplayResult;
  if (dryRun) {
    result = await (named
      ? replayer.estimateThese(named)
      : replayer.estimate(filter, limit ?? Number.POSITIVE_INFINITY));
  } else {
    await requireRoom(deps, batch?.priority ?? request.priority ?? 'critical');
    const stop = (): boolean => res.destroyed || deps.isStopping();
    result = await (named
      ? replayer.replayThese(named, named.length, stop)
      : replayer.replay(filter, limit ?? REPLAY_AT_MOST, stop));
  }
  const { worstCaseNanoUsd, ...counts } = result;
  const asOf = new Date(beforeMs).toISOString();
  res.json({ ...counts, worstCaseUsd: formatUsd(worstCaseNanoUsd), dryRun, asOf });
}
