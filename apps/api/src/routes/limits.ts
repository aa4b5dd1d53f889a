import type { RateLimits } from '@reprice/store';
import type { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';
import { limitsBody, limitsSchema } from '../schemas/limits.ts';

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
        res.json(shownLimits(await admission.rateLimits()));
      },
    },
    {
      method: 'PUT',
      path: '/v1/limits',
      scope: 'admin',
      about: {
        id: 'setLimits',
        tag: 'limits',
        summary: 'Set requests or tokens a minute, for all workers at once',
        body: { 'application/json': limitsBody },
        replies: { 200: { description: 'The limits as they are now.', content: { 'application/json': limitsSchema } } },
      },
      async handle(req, res) {
        readQuery(req, {});
        const { rpm, tpm } = await readControl(req, limitsBody);
        if (rpm === undefined && tpm === undefined) throw nothingGiven();
        await admission.setLimits({ ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }) });
        res.json(shownLimits(await admission.rateLimits()));
      },
    },
  ];
}

function nothingGiven(): Problem {
  const detail = 'Give "rpm" (requests a minute) or "tpm" (tokens a minute), or both; 0 = no limit.';
  return new Problem('validation', detail, { errors: [{ pointer: '', code: 'required', detail }] });
}

/** The limits as replies show them. */
export function shownLimits({ rpm, tpm, learnedRpm, learnedTpm }: RateLimits): z.infer<typeof limitsSchema> {
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
