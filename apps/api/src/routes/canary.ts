import { type Canary, promoteCanary, rollBackCanary, setCanary } from '@reprice/pricing';
import type { Response } from 'express';
import type { Caller } from '../auth/keys.ts';
import { changeCanary, newCanaryId, wishOf } from '../canary/change-canary.ts';
import { shownWithRoutes } from '../canary/shown-canary.ts';
import { shownParity } from '../canary/shown-parity.ts';
import type { ApiDeps } from '../deps.ts';
import { readControl, readOptionalControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { canaryBody, canaryRollbackBody, canarySchema, promoteBody } from '../schemas/canary.ts';
import { parityQuery, paritySchema } from '../schemas/parity.ts';

const reply = { 200: { description: 'The canary as it is now.', content: { 'application/json': canarySchema } } };
const conflict = (description: string) => ({ 409: { description } });

/** Another model or wording for a share of the SKUs: look at it, set it, promote it, roll it back. */
export function canaryRoutes(deps: ApiDeps): Route[] {
  const { routes } = deps.store;
  const show = async (res: Response, canary: Canary): Promise<void> => {
    res.json(shownWithRoutes(canary, canary.id === '' ? undefined : await routes.life(canary)));
  };
  return [
    {
      method: 'GET',
      path: '/v1/canary',
      scope: 'read',
      about: {
        id: 'getCanary',
        tag: 'canary',
        summary: 'The canary, and what both routes did since it began',
        replies: reply,
      },
      async handle(req, res) {
        readQuery(req, {});
        await show(res, await routes.get());
      },
    },
    {
      method: 'PUT',
      path: '/v1/canary',
      scope: 'admin',
      about: {
        id: 'setCanary',
        tag: 'canary',
        summary: 'Let a canary begin, change its share, or end it',
        description:
          '`mode` `shadow`: it is asked in addition for `percent` of the SKUs, once their prices are published; its answers go through the same guardrails and are compared (`GET /v1/canary/parity`), never published. Its calls are low-priority money, and are left out where the budget or the rate limit has no room. Else it answers for `percent` of the SKUs, always the same, within two seconds in all workers. What is not given is as it was while a canary runs, else as `canary` in the config file says. Judged each second against the stable route, it is rolled back by itself when it is worse, and what it left without a price is asked for again on stable. A canary that asks for something else is another one, with other SKUs. Its calls count to the same budget and limits.',
        body: { 'application/json': canaryBody },
        replies: {
          ...reply,
          ...conflict('The last one was rolled back less than `cooldownMinutes` ago; `force` insists.'),
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const body = await readControl(req, canaryBody);
        const newId = newCanaryId();
        const { force = false } = body;
        const canary = await changeCanary(deps, (was, nowMs) =>
          setCanary(was, wishOf(deps, body, was), { ...caller(res), nowMs, newId, force }),
        );
        await show(res, canary);
      },
    },
    {
      method: 'GET',
      path: '/v1/canary/parity',
      scope: 'read',
      about: {
        id: 'getParity',
        tag: 'canary',
        summary: 'How far the shadow’s prices lie from those that went live',
        description:
          'Of the newest canary, while it was a shadow: what it answered beside what went live for the same snapshots, under the same guardrails. Kept for 40 days after its last answer.',
        query: parityQuery,
        replies: { 200: { description: 'The report.', content: { 'application/json': paritySchema } } },
      },
      async handle(req, res) {
        const { percent } = readQuery(req, parityQuery);
        const canary = await routes.get();
        res.json(shownParity(canary, await deps.store.shadows.read(canary.id), percent));
      },
    },
    {
      method: 'POST',
      path: '/v1/canary/promote',
      scope: 'admin',
      about: {
        id: 'promoteCanary',
        tag: 'canary',
        summary: 'Take the canary to its next step',
        description:
          'The steps are 1, 5, 25, 50 and 100 %. At 100 % it is `promoted`: it answers for every SKU, and is judged no more, for there is nothing left to compare it with. To make it the stable route, configure it as such (`GATEWAY_MODEL`, strategies), restart, and end it with `percent` 0.',
        body: { 'application/json': promoteBody },
        bodyOptional: true,
        replies: {
          ...reply,
          ...conflict('None runs, it is promoted already, or it has made too few calls; `force` insists on the last.'),
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const { force = false } = await readOptionalControl(req, promoteBody);
        const canary = await changeCanary(deps, async (was, nowMs) => {
          const { canary: tally } = await routes.life(was);
          return promoteCanary(was, tally.calls, { ...caller(res), nowMs, force });
        });
        await show(res, canary);
      },
    },
    {
      method: 'POST',
      path: '/v1/canary/rollback',
      scope: 'admin',
      about: {
        id: 'rollBackCanary',
        tag: 'canary',
        summary: 'Roll the canary back',
        description:
          'Within two seconds no call goes to it any more; what it answers after that is not published but asked for again on stable. None begins for `cooldownMinutes`.',
        body: { 'application/json': canaryRollbackBody },
        bodyOptional: true,
        replies: { ...reply, ...conflict('None runs.') },
      },
      async handle(req, res) {
        readQuery(req, {});
        const { reason = '' } = await readOptionalControl(req, canaryRollbackBody);
        const canary = await changeCanary(deps, (was, nowMs) => rollBackCanary(was, reason, { ...caller(res), nowMs }));
        await show(res, canary);
      },
    },
  ];
}

function caller(res: Response): { readonly by: string } {
  return { by: (res.locals.caller as Caller).name };
}
