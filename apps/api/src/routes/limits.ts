import { rateLimitBounds } from '@reprice/config';
import type { RateLimits } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { readJsonObject, refuseUnknown } from '../http/json-body.ts';
import { readQuery, sentence } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem, type ProblemPlace } from '../problem/problem.ts';
import { limitsSchema } from '../schemas/limits.ts';

const names = ['rpm', 'tpm'] as const;

/** Requests and tokens a minute over all workers: look at them, and set them for all at once. */
export function limitRoutes(deps: ApiDeps): Route[] {
  const { admission } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/limits',
      scope: 'read',
      about: {
        id: 'getLimits',
        tag: 'limits',
        summary: 'Requests and tokens a minute, as set and as the gateway told',
        replies: { 200: { description: 'The limits.', content: { 'application/json': limitsSchema } } },
      },
      async handle(req, res) {
        readQuery(req, {});
        res.json(shown(await admission.rateLimits()));
      },
    },
    {
      method: 'PUT',
      path: '/v1/limits',
      scope: 'admin',
      async handle(req, res) {
        readQuery(req, {});
        const body = await readJsonObject(req);
        refuseUnknown(body, names);
        await admission.setLimits(parseLimits(body));
        res.json(shown(await admission.rateLimits()));
      },
    },
  ];
}

function parseLimits(body: Record<string, unknown>): { rpm?: number; tpm?: number } {
  const given = names.filter((name) => Object.hasOwn(body, name));
  if (given.length === 0) {
    const detail = 'Give "rpm" (requests a minute) or "tpm" (tokens a minute), or both; 0 = no limit.';
    throw new Problem('validation', detail, { errors: [{ pointer: '', code: 'required', detail }] });
  }
  const errors = given.flatMap((name): ProblemPlace[] => {
    const value = body[name];
    const most = rateLimitBounds[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return [];
    const detail = `"${name}" must be a whole number from 0 to ${most}; 0 = no limit.`;
    return [{ pointer: `/${name}`, code: 'not-a-limit', detail }];
  });
  if (errors.length > 0) throw new Problem('validation', sentence(errors), { errors });
  return Object.fromEntries(given.map((name) => [name, body[name] as number]));
}

function shown({ rpm, tpm, learnedRpm, learnedTpm }: RateLimits): Record<string, number> {
  return {
    rpm,
    tpm,
    ...(learnedRpm !== undefined && { learnedRpm }),
    ...(learnedTpm !== undefined && { learnedTpm }),
    effectiveRpm: lower(rpm, learnedRpm),
    effectiveTpm: lower(tpm, learnedTpm),
  };
}

/** The limit that holds of ours and the gateway's; 0 = none. */
function lower(own: number, learned = 0): number {
  return own === 0 || learned === 0 ? Math.max(own, learned) : Math.min(own, learned);
}
