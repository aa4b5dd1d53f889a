import type { Response } from 'express';
import type { Caller } from '../auth/keys.ts';
import type { ApiDeps } from '../deps.ts';
import { readControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { freezeBody, freezeState } from '../schemas/freeze.ts';

/** The switch that stops calls and publishing at once, for all workers. */
export function freezeRoutes(deps: ApiDeps): Route[] {
  const { freeze } = deps.store;
  const show = async (res: Response): Promise<void> => {
    const now = await freeze.get();
    res.json(
      now
        ? { frozen: true, reason: now.reason, by: now.by, since: new Date(now.sinceMs).toISOString() }
        : { frozen: false },
    );
  };
  const reply = { 200: { description: 'Whether publishing is frozen.', content: { 'application/json': freezeState } } };
  return [
    {
      method: 'GET',
      path: '/v1/freeze',
      scope: 'read',
      about: {
        id: 'getFreeze',
        tag: 'prices',
        summary: 'Whether publishing is frozen, by whom and why',
        replies: reply,
      },
      async handle(req, res) {
        readQuery(req, {});
        await show(res);
      },
    },
    {
      method: 'PUT',
      path: '/v1/freeze',
      scope: 'write',
      about: {
        id: 'setFreeze',
        tag: 'prices',
        summary: 'Freeze publishing, or lift the freeze',
        description:
          'While frozen no call to the gateway is admitted and no price goes live but what a person approves or rolls back. Packs keep their place and lose no attempt. A freeze stays over restarts.',
        body: { 'application/json': freezeBody },
        replies: reply,
      },
      async handle(req, res) {
        readQuery(req, {});
        const { frozen, reason = '' } = await readControl(req, freezeBody);
        if (frozen) await freeze.set(reason, (res.locals.caller as Caller).name);
        else await freeze.lift();
        await show(res);
      },
    },
  ];
}
