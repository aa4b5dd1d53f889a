import type { Request } from 'express';
import { z } from 'zod';
import { hasBody, readJsonObject, refuseUnknown } from '../http/json-body.ts';
import type { Operation } from '../http/operation.ts';
import { readQuery, sentence } from '../http/query.ts';
import { Problem, type ProblemPlace } from '../problem/problem.ts';
import { ageSeconds, type FilterInput, filterBody, filterQuery } from './failed-filter.ts';

/** Most jobs that one request replays. */
export const REPLAY_AT_MOST = 10_000;
/** Most ids that one request may name. */
const IDS_AT_MOST = 1000;

/** What a replay is asked for, from query and body together. */
export interface ReplayRequest extends FilterInput {
  readonly ids?: readonly string[];
  readonly dryRun: boolean;
  /** Jobs at most; absent = as many as one request takes, and in a dry run all. */
  readonly limit?: number;
  /** Jobs that failed at this moment of Redis' clock or later are left alone, ms since 1970. */
  readonly asOfMs?: number;
}

const instant = 'the asOf of an earlier answer, e.g. 2026-11-21T10:00:00.000Z';
const asOf = z.iso
  .datetime(instant)
  .optional()
  .meta({ description: 'The `asOf` of an earlier reply: what failed since then is left alone' });
const dryRunMeta = { description: 'Tell what it would come to, and change nothing' };
const limitMeta = { description: 'Jobs at most, the oldest first' };
const limits = `a whole number from 1 to ${REPLAY_AT_MOST}`;

const query = {
  ...filterQuery,
  dryRun: z.enum(['true', 'false'], 'true or false').optional().meta(dryRunMeta),
  limit: z
    .string()
    .regex(/^([1-9]\d{0,3}|10000)$/, limits)
    .optional()
    .meta(limitMeta),
  asOf,
};

const body = {
  ids: z
    .array(z.string('an array of ids of jobs'), 'an array of ids of jobs')
    .min(1, 'an array of ids of jobs')
    .optional()
    .meta({ description: 'These jobs, all or none; beside it only `dryRun` is taken', example: ['bmi8wzxq0a1f.25'] }),
  ...filterBody,
  dryRun: z.boolean('true or false').optional().meta(dryRunMeta),
  limit: z.int(limits).min(1, limits).max(REPLAY_AT_MOST, limits).optional().meta(limitMeta),
  asOf,
};

/** Query and body of a replay as OpenAPI tells of them, without the parameters that are not taken there. */
export function replayTakes(without: readonly ('ids' | 'batch')[]): Pick<Operation, 'query' | 'body'> {
  return { query: omit(query, without), body: { 'application/json': z.strictObject(omit(body, without)) } };
}

/**
 * Reads a replay's query and JSON body, of which either may be empty; what stands in both must be the same. Throws a Problem that names
 * each fault. Parameters in `without` are not taken here.
 */
export async function readReplay(req: Request, without: readonly ('ids' | 'batch')[] = []): Promise<ReplayRequest> {
  const { state: _, maxAge, dryRun, limit, ...inQuery } = readQuery(req, omit(query, without));
  const asked = {
    ...inQuery,
    maxAgeSeconds: maxAge === undefined ? undefined : ageSeconds(maxAge),
    dryRun: dryRun === undefined ? undefined : dryRun === 'true',
    limit: limit === undefined ? undefined : Number(limit),
  };
  const shape = omit(body, without);
  const told = hasBody(req) ? parseBody(await readJsonObject(req), shape) : {};
  const merged: Record<string, unknown> = { ...told };
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    if (merged[name] !== undefined && merged[name] !== value)
      throw invalid(name, `"${name}" differs between query and body.`);
    merged[name] = value;
  }
  const { ids, asOf: moment, ...rest } = merged as Partial<Omit<ReplayRequest, 'asOfMs'>> & { asOf?: string };
  if (ids !== undefined && Object.keys({ ...rest, ...(moment && { asOf: '' }) }).some((name) => name !== 'dryRun'))
    throw invalid('ids', '"ids" names the jobs; beside it only "dryRun" is taken.');
  return {
    ...rest,
    dryRun: rest.dryRun ?? false,
    ...(ids !== undefined && { ids: [...new Set(ids)] }),
    ...(moment !== undefined && { asOfMs: Date.parse(moment) }),
  };
}

function parseBody(value: Record<string, unknown>, shape: Partial<typeof body>): object {
  refuseUnknown(value, Object.keys(shape));
  if (Array.isArray(value.ids) && value.ids.length > IDS_AT_MOST) {
    const detail = `"ids" may name ${IDS_AT_MOST} jobs at most; there are ${value.ids.length}.`;
    throw new Problem('batch-too-large', detail, { errors: [{ pointer: '/ids', code: 'batch-too-large', detail }] });
  }
  const parsed = z.object(shape).safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue): ProblemPlace => {
    const pointer = `/${issue.path.join('/')}`;
    return { pointer, code: 'invalid', detail: `"${issue.path.join('/')}" must be ${issue.message}.` };
  });
  throw new Problem('validation', sentence(errors), { errors: errors.slice(0, 100) });
}

function omit<T extends object>(shape: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(shape).filter(([name]) => !names.includes(name))) as T;
}

function invalid(name: string, detail: string): Problem {
  return new Problem('validation', detail, { errors: [{ pointer: `/${name}`, code: 'invalid', detail }] });
}
