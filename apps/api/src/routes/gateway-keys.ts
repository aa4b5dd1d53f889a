import type { Request, Response } from 'express';
import type { Caller } from '../auth/keys.ts';
import type { ApiDeps } from '../deps.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { listGatewayKeys, restoreGatewayKey, revokeGatewayKey } from '../operations/gateway-keys.ts';
import { Problem } from '../problem/problem.ts';

/** Workers say each second which keys they hold; one that has not for this long, in ms, does not. */
const heldForMs = 5000;

/** A key of the gateway as the API shows it: never the key itself. */
interface ShownKey {
  readonly id: string;
  /** Place in the order of use, from 1; null when this API is not configured with it. */
  readonly position: number | null;
  readonly state: 'active' | 'resting' | 'revoked';
  /** When a resting key may be tried again. */
  readonly untilAt: string | null;
  readonly reason: string | null;
  readonly calls: number;
  readonly refused: number;
  /** Whether a running worker holds it. */
  readonly inUse: boolean;
}

/** The gateway's API keys by their fingerprints: look at them, take one out of use by all workers, let one back in. */
export function gatewayKeyRoutes(deps: ApiDeps): Route[] {
  const { gatewayKeys } = deps.store;
  const change =
    (make: (id: string, caller: Caller) => Promise<void>) =>
    async (req: Request, res: Response): Promise<void> => {
      readQuery(req, {});
      const id = idOf(req, 'gateway key');
      requireKnown(id, await shownKeys(deps));
      const caller = res.locals.caller as Caller;
      await make(id, caller);
      deps.logger.warn({ gatewayKey: id, by: caller.name, path: req.path }, 'a gateway key was changed by hand');
      const keys = await shownKeys(deps);
      res.json({ ...keys.find((key) => key.id === id), usableKeys: usable(keys) });
    };
  return [
    {
      method: 'GET',
      path: '/v1/keys',
      scope: 'admin',
      about: listGatewayKeys,
      async handle(req, res) {
        readQuery(req, {});
        res.json({ items: await shownKeys(deps), nextCursor: null });
      },
    },
    {
      method: 'POST',
      path: '/v1/keys/:id/revoke',
      scope: 'admin',
      about: revokeGatewayKey,
      handle: change((id, caller) => gatewayKeys.revoke(id, `revoked by ${caller.name}`)),
    },
    {
      method: 'POST',
      path: '/v1/keys/:id/restore',
      scope: 'admin',
      about: restoreGatewayKey,
      handle: change((id) => gatewayKeys.restore(id)),
    },
  ];
}

/** The keys of this API's configuration, of running workers, and those that were revoked, in the order of use. */
async function shownKeys(deps: ApiDeps): Promise<ShownKey[]> {
  const { states, uses, nowMs } = await deps.store.gatewayKeys.read();
  const own = deps.gatewayKeys();
  const held = [...uses].filter(([, use]) => nowMs - use.heldAtMs < heldForMs).map(([id]) => id);
  const revoked = states.filter(({ state }) => state === 'revoked').map(({ id }) => id);
  return [...new Set([...own, ...held, ...revoked])].map((id) => {
    const known = states.find((state) => state.id === id);
    const position = own.indexOf(id) + 1;
    return {
      id,
      position: position === 0 ? null : position,
      state: known?.state ?? 'active',
      untilAt: known?.state === 'resting' ? new Date(nowMs + known.restMs).toISOString() : null,
      reason: known?.reason || null,
      calls: uses.get(id)?.calls ?? 0,
      refused: uses.get(id)?.refused ?? 0,
      inUse: held.includes(id),
    };
  });
}

function usable(keys: readonly ShownKey[]): number {
  return keys.filter((key) => key.state === 'active' && (key.inUse || key.position !== null)).length;
}

function requireKnown(id: string, keys: readonly ShownKey[]): void {
  if (keys.some((key) => key.id === id)) return;
  const there = keys.length === 0 ? 'There is none.' : `There are ${keys.map((key) => key.id).join(', ')}.`;
  throw new Problem('not-found', `There is no such gateway key. ${there}`);
}
