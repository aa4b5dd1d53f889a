import { answererOf, defaultStrategy, type Priority, type Snapshot } from '@reprice/pricing';
import { Packer } from '@reprice/queue';
import { type BatchRecord, CompetitorTally, type StagedPack } from '@reprice/store';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { maxControlBytes, readJsonObject, refuseUnknown } from '../http/json-body.ts';
import { idOf, notFound } from '../http/path.ts';
import { readQuery, sentence } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { claimKey, KeyClaim, requireSame } from '../idempotency/key-claim.ts';
import { RequestHash } from '../idempotency/request-hash.ts';
import { getJob, submitJob } from '../operations/jobs.ts';
import { isUnavailable } from '../problem/dependency.ts';
import { Problem, type ProblemPlace } from '../problem/problem.ts';
import type { CallTerms } from '../replay/call-cost.ts';
import { jobPriority } from '../schemas/job.ts';
import { accept } from './acceptance.ts';
import { acceptedBefore } from './batch-view.ts';
import { enqueue } from './enqueue.ts';
import { readJobItems } from './job-items.ts';
import { promptly, requireRoom } from './room.ts';

const waitQuery = {
  wait: z
    .string()
    .regex(/^(60(\.0{1,3})?|[1-5]?\d(\.\d{1,3})?)$/, 'seconds from 0 to 60')
    .optional()
    .meta({ description: 'Seconds to wait for it to be done, 0 to 60', example: '10' }),
};

// Other names are keys of BullMQ's own, such as `meta`, and hold no job.
const packId = /^[bjo][0-9a-z]+\.\d+(\.\d+x\d+\.[0-9a-f]{8})?$/;

/** The small door: a few SKUs, priced now, whether or not anything moved since their last price. */
export function jobRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/jobs',
      scope: 'write',
      about: { ...submitJob, query: waitQuery },
      handle: (req, res) => submit(deps, req, res),
    },
    {
      method: 'GET',
      path: '/v1/jobs/:id',
      scope: 'read',
      about: getJob,
      async handle(req, res) {
        readQuery(req, {});
        res.json(await jobView(deps, idOf(req, 'job')));
      },
    },
  ];
}

async function submit(deps: ApiDeps, req: Request, res: Response): Promise<void> {
  const { wait } = readQuery(req, waitQuery);
  const hash = new RequestHash(req);
  const body = await readJsonObject(req, maxControlBytes, hash.add);
  refuseUnknown(body, ['priority', 'items']);
  const { priority, items } = parseJob(body, deps.packSize);
  const nowMs = deps.clock();
  const snapshots = readJobItems(items, {
    nowMs,
    strategies: deps.strategies,
    rates: await deps.store.rates.inForce(),
  });
  const key = await claimKey(deps.store, req, res);
  let id: string;
  let told: ReturnType<CompetitorTally['told']>;
  if (key === undefined || key instanceof KeyClaim) {
    const competitors = competitorsOf(snapshots);
    id = await accepted(deps, { priority, snapshots, arrivedAtMs: nowMs }, competitors, key, hash);
    told = competitors.told();
  } else {
    requireSame(key, hash.digest(), res);
    const job = await acceptedBefore(deps.store, key.batchId);
    ({ id } = job);
    told = toldOf(job);
  }

  res.location(`/v1/jobs/${id}`);
  const done = wait === undefined ? undefined : await doneWithin(deps, res, id, Number(wait) * 1000);
  if (done === undefined) res.status(202).json({ id, status: 'running', ...told });
  else res.status(200).json({ ...done, ...told });
}

function competitorsOf(snapshots: readonly Snapshot[]): CompetitorTally {
  const competitors = new CompetitorTally();
  for (const { conversions } of snapshots) if (conversions !== undefined) competitors.add(conversions);
  return competitors;
}

function toldOf({ unusedCompetitors }: BatchRecord): ReturnType<CompetitorTally['told']> {
  return unusedCompetitors === undefined ? {} : { unusedCompetitors };
}

interface SubmittedJob {
  readonly priority: Priority;
  readonly snapshots: readonly Snapshot[];
  readonly arrivedAtMs: number;
}

/** Accepts a job and puts it into the queue; resolves with its id. */
async function accepted(
  deps: ApiDeps,
  { priority, snapshots, arrivedAtMs }: SubmittedJob,
  competitors: CompetitorTally,
  key: KeyClaim | undefined,
  hash: RequestHash,
): Promise<string> {
  const { store } = deps;
  try {
    await requireRoom(deps, priority);
    const id = await deps.openBatches.open({ kind: 'job', priority, mode: 'live' }, key?.keyHash);
    try {
      await store.snapshots.observe(snapshots, arrivedAtMs);
      const skus = snapshots.map((snapshot) => snapshot.sku);
      await store.batches.stage(id, {
        packs: packed(snapshots, deps.packSize, deps.callTerms.strategies),
        skus,
        ...competitors.told(),
      });
      deps.metrics.competitorsUnused(competitors.unused);
      await store.rates.count(competitors).catch(() => undefined);
      await accept(store, id, [], key?.sealed(hash.digest()));
    } catch (error) {
      const abandoned = deps.openBatches.abandon(id);
      if (!isUnavailable(error)) await abandoned;
      throw error;
    }
    deps.openBatches.accepted(id);
    await enqueue(deps, id);
    deps.metrics.received({ queued: snapshots.length, unchanged: 0, rejected: 0 });
    return id;
  } catch (error) {
    await key?.giveUp(error);
    throw error;
  }
}

function parseJob(body: Record<string, unknown>, packSize: number) {
  const schema = z.object({
    priority: jobPriority,
    items: z.array(z.unknown(), 'an array of snapshots').min(1, 'an array of at least one snapshot'),
  });
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue): ProblemPlace => {
      const field = String(issue.path[0] ?? '');
      return { pointer: `/${field}`, code: 'invalid', detail: `"${field}" must be ${issue.message}.` };
    });
    throw new Problem('validation', sentence(errors), { errors });
  }
  if (parsed.data.items.length > packSize) {
    throw new Problem('batch-too-large', `A job takes ${packSize} items at most; send more to POST /v1/batches.`, {
      errors: [{ pointer: '/items', code: 'batch-too-large', detail: `${parsed.data.items.length} items.` }],
    });
  }
  return parsed.data;
}

function packed(snapshots: readonly Snapshot[], packSize: number, strategies: CallTerms['strategies']): StagedPack[] {
  const packer = new Packer({ packSize });
  const full = snapshots.flatMap((snapshot) => {
    const { sku, strategy = defaultStrategy } = snapshot;
    return packer.add(sku, strategy, answererOf(strategies, snapshot)) ?? [];
  });
  return [...full, ...packer.flush()];
}

/** The job once it is done; undefined when it is not in time, or Redis is away: it was accepted, and nothing else may be answered. */
async function doneWithin(
  deps: ApiDeps,
  res: Response,
  id: string,
  timeoutMs: number,
): Promise<Record<string, unknown> | undefined> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  try {
    return (await deps.batchDone.wait(id, timeoutMs, gone.signal)) ? await doneJob(deps, id) : undefined;
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
}

/** What became of each SKU of a job that is done, in the order asked. */
async function doneJob(deps: ApiDeps, id: string): Promise<Record<string, unknown>> {
  // What neither is priced nor failed is held.
  const items = new Map<string, unknown>();
  for (const sku of await deps.store.batches.skus(id)) items.set(sku, { sku, held: true });
  for await (const prices of deps.store.batches.results(id)) for (const price of prices) items.set(price.sku, price);
  for await (const failures of deps.store.batches.failures(id)) {
    for (const { sku, reason, detail } of failures) items.set(sku, { sku, failure: { reason, detail } });
  }
  return { id, status: 'done', items: [...items.values()] };
}

async function jobView(deps: ApiDeps, id: string): Promise<Record<string, unknown>> {
  const own: BatchRecord | undefined = id.includes('.') ? undefined : await deps.store.batches.get(id);
  if (own?.kind === 'job') {
    const shown = own.status === 'done' ? await doneJob(deps, id) : { id, status: own.status };
    return { ...shown, ...toldOf(own) };
  }
  if (!packId.test(id)) throw notFound('job');
  const [job, [failed]] = await Promise.all([promptly(deps.queue.job(id)), deps.store.failedJobs.get([id])]);
  const { batchId, skus } = failed ?? job?.pack ?? {};
  const priority = failed?.priority ?? job?.priority;
  if (priority === undefined) throw notFound('job');
  const attempts = job?.attemptsMade ?? 0;
  // Whether it failed is told by its rows: a worker that was killed may have left it otherwise in the queue.
  if (failed) {
    const failure = `${failed.reason}: ${failed.detail}`;
    return { id, status: 'failed', priority, batchId, skus, attempts, failure };
  }
  const failure = job?.failedReason;
  return { id, status: job?.state, priority, batchId, skus, attempts, ...(failure !== undefined && { failure }) };
}
