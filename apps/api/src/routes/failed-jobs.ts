import type { FailedJob } from '@reprice/store';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { listFailedJobs } from '../operations/jobs.ts';
import { ageSeconds, filterQuery, storeFilter } from '../replay/failed-filter.ts';

const listQuery = {
  ...filterQuery,
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a whole number from 1 to 200')
    .default('50')
    .meta({ description: 'Jobs at most' }),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'the nextCursor of a page of this list')
    .optional()
    .meta({ description: 'The `nextCursor` of the page before' }),
};

/** The jobs that failed and were not replayed since, the newest first. */
export function failedJobRoutes(deps: ApiDeps): Route[] {
  const about = { ...listFailedJobs, query: listQuery };
  return [{ method: 'GET', path: '/v1/jobs', scope: 'read', about, handle: (req, res) => list(deps, req, res) }];
}

async function list({ store }: ApiDeps, req: Request, res: Response): Promise<void> {
  const { maxAge, limit, cursor, ...given } = readQuery(req, listQuery);
  const { failedJobs } = store;
  const age = maxAge === undefined ? {} : { maxAgeSeconds: ageSeconds(maxAge) };
  const filter = storeFilter({ ...given, ...age }, await failedJobs.nowMs());
  const after = cursor === undefined ? {} : { afterUs: Number(cursor) };
  const wanted = Number(limit);
  // One more than wanted tells whether there is a next page.
  const jobs: FailedJob[] = [];
  for await (const page of failedJobs.scan(filter, { newestFirst: true, ...after })) {
    jobs.push(...page);
    if (jobs.length > wanted) break;
  }
  const shown = jobs.slice(0, wanted);
  const items = await Promise.all(shown.map(async (job) => itemOf(job, await failedJobs.skusOf(job))));
  const byReason = Object.fromEntries(await failedJobs.countByReason(filter));
  const nextCursor = jobs.length > wanted ? String(shown.at(-1)?.failedAtUs) : null;
  res.json({ items, nextCursor, byReason });
}

function itemOf({ id, priority, batchId, reason, detail, failedAtUs, replays }: FailedJob, skus: readonly string[]) {
  const failedAt = new Date(failedAtUs / 1000).toISOString();
  return { id, status: 'failed', priority, batchId, skus, reason, detail, failedAt, replays };
}
